//! The programs that the test drives. They end with it.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

/// The time that a program has to end.
const SOON: Duration = Duration::from_secs(20);

/// A process that leads a group of its own.
struct Group(Child);

impl Group {
    fn start(command: &mut Command) -> Self {
        command.process_group(0).stdin(Stdio::null()).stdout(Stdio::piped());
        Self(command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}")))
    }

    /// The result of `wanted` for the first printed line that it accepts.
    fn line<T>(&mut self, wanted: impl Fn(&str) -> Option<T>) -> T {
        let lines = BufReader::new(self.0.stdout.take().unwrap()).lines();
        let mut lines = lines.map_while(Result::ok);
        let found = lines.find_map(|line| wanted(&line)).expect("it printed something else");
        // Further output is discarded, but the pipe stays open.
        std::thread::spawn(move || lines.for_each(drop));
        found
    }

    fn signal(&self, signal: Signal) {
        let id = Pid::from_raw(i32::try_from(self.0.id()).unwrap()).unwrap();
        let _ = kill_process_group(id, signal);
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.signal(Signal::KILL);
        let _ = self.0.wait();
    }
}

/// `cargo xtask` with these arguments.
pub fn xtask(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO"));
    command
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))
        .args(["run", "--quiet", "--package", "xtask", "--"])
        .args(arguments);
    command
}

/// `cargo xtask demo`, as a facilitator starts it.
pub struct Demo {
    group: Group,
    pub address: String,
}

impl Demo {
    pub fn start(arguments: &[&str], temporary: &Path) -> Self {
        let mut command = xtask(&["demo", "--no-browser"]);
        command.args(arguments).env("TMPDIR", temporary);
        let mut group = Group::start(&mut command);
        let address = group.line(|line| {
            let address = line.split(' ').find(|word| word.starts_with("http://"))?;
            Some(address.to_owned())
        });
        Self { group, address }
    }

    /// The resident memory of the page's program, in bytes, if the system reports it. The program has
    /// replaced Cargo and the runner in this process.
    pub fn resident_bytes(&self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.group.0.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
    }

    /// Sends a signal to each measured version, with everything that it has started.
    pub fn signal_versions(&self, signal: Signal) {
        let parent = self.group.0.id().to_string();
        let listed = Command::new("ps").args(["-A", "-o", "ppid=,pid="]).output().unwrap();
        let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
        let mut count = 0;
        for line in listed.lines() {
            let mut words = line.split_whitespace();
            if words.next() == Some(&parent) {
                let id = words.next().and_then(|id| id.parse().ok()).and_then(Pid::from_raw);
                // Each leads a group.
                kill_process_group(id.unwrap(), signal).unwrap();
                count += 1;
            }
        }
        assert!(count >= 2, "only {count} versions run");
    }

    /// Sends Ctrl-C and returns the exit code.
    pub fn interrupt(mut self) -> Option<i32> {
        self.group.signal(Signal::INT);
        let began = Instant::now();
        loop {
            if let Some(status) = self.group.0.try_wait().unwrap() {
                return status.code();
            }
            assert!(began.elapsed() < SOON, "it does not end");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// The browser's driver.
pub struct Driver {
    _group: Group,
    pub address: String,
    pub browser: PathBuf,
}

impl Driver {
    /// Starts the driver. `None` if there is no browser or no driver for it.
    pub fn start() -> Option<Self> {
        let on_path = |names: &[&str]| {
            let path = env::var_os("PATH")?;
            let folders: Vec<PathBuf> = env::split_paths(&path).collect();
            let all = names.iter().flat_map(|name| folders.iter().map(move |at| at.join(name)));
            all.into_iter().find(|file| file.is_file())
        };
        let browser = on_path(&["chromium", "chromium-browser", "google-chrome"])?;
        let driver = on_path(&["chromedriver"])?;
        let mut command = Command::new(driver);
        let mut group = Group::start(command.arg("--port=0").stderr(Stdio::null()));
        let port = group.line(|line| {
            let (_, rest) = line.split_once("started successfully on port ")?;
            rest.trim_end_matches('.').parse::<u16>().ok()
        });
        Some(Self { _group: group, address: format!("http://127.0.0.1:{port}"), browser })
    }
}
