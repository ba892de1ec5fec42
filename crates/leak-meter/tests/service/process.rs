//! Starts the example `service`, built for release, and ends it.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use serde_json::Value;

/// The program of an example.
pub fn program(example: &str) -> PathBuf {
    static PROGRAMS: OnceLock<Vec<(String, PathBuf)>> = OnceLock::new();
    let programs = PROGRAMS.get_or_init(build);
    let found = programs.iter().find(|(name, _)| name == example);
    found.expect("cargo builds the example").1.clone()
}

/// Builds the examples, and returns their names and programs.
fn build() -> Vec<(String, PathBuf)> {
    let output = Command::new(env!("CARGO"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["build", "--release", "--features", "service", "--message-format", "json"])
        .args(["--example", "service", "--example", "service_unmetered"])
        .stderr(Stdio::inherit())
        .output()
        .expect("cargo can be run");
    assert!(output.status.success(), "the examples cannot be built");
    let messages = String::from_utf8(output.stdout).expect("JSON");
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let programs = messages.filter_map(|message| {
        let program = message["executable"].as_str()?.into();
        Some((message["target"]["name"].as_str()?.to_owned(), program))
    });
    programs.collect()
}

/// A running service. It is killed when this is dropped.
pub struct Service {
    child: Child,
    output: BufReader<ChildStdout>,
    pub address: SocketAddr,
    /// The process of the service, which `command` may have started through a shell.
    pub process: i32,
}

impl Service {
    pub fn start(arguments: &[&str]) -> Self {
        Self::started_by(Command::new(program("service")).args(arguments))
    }

    /// Starts a service through a command that replaces itself with it.
    pub fn started_by(command: &mut Command) -> Self {
        let mut child = command
            .env_remove("LEAK_METER_BUDGET")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the service can be started");
        let mut output = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut line = String::new();
        output.read_line(&mut line).expect("the service prints its address");
        let words: Vec<&str> = line.split_whitespace().collect();
        let ["process", process, .., address] = words[..] else { panic!("no address: {line:?}") };
        let address = address.trim_start_matches("http://").parse().expect("an address");
        let process = process.parse().expect("a number");
        Self { child, output, address, process }
    }

    /// Asks the service to end.
    pub fn terminate(&self) {
        let process = rustix::process::Pid::from_raw(self.process).expect("a process");
        rustix::process::kill_process(process, rustix::process::Signal::TERM).expect("it runs");
    }

    /// Waits until the service has ended, after everything that it printed.
    pub fn wait(mut self) -> ExitStatus {
        let mut rest = String::new();
        self.output.read_to_string(&mut rest).expect("its output is text");
        self.child.wait().expect("it is this process's child")
    }

    /// The processor time that its threads have used.
    #[allow(dead_code)] // Only the benchmark asks.
    pub fn processor_time(&self) -> Duration {
        let threads = Path::new("/proc").join(self.process.to_string()).join("task");
        let time = |thread: &Path| {
            let text = std::fs::read_to_string(thread.join("schedstat")).ok()?;
            text.split(' ').next()?.parse::<u64>().ok()
        };
        let threads = std::fs::read_dir(threads).expect("it runs");
        // A thread may end in the meantime.
        let times = threads.filter_map(|thread| time(&thread.ok()?.path()));
        Duration::from_nanos(times.sum())
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // Both fail if it has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
