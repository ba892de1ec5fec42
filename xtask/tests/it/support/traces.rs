//! The processes and temporary files that a run leaves behind.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// A folder for the temporary files of one run. It also identifies the processes of the run, which
/// inherit the variable that names it.
pub struct Traces(TempDir);

impl Traces {
    /// A folder that no run has used yet.
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// Makes `command` leave its traces here.
    pub fn mark<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.env("TMPDIR", self.0.path())
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        self.0.path()
    }

    /// Asserts that no process and no file is left, after a limited time.
    #[track_caller]
    pub fn are_gone(&self) {
        let began = Instant::now();
        while !self.processes().is_empty() && began.elapsed() < Duration::from_secs(5) {
            thread::sleep(Duration::from_millis(20));
        }
        assert_eq!(self.processes(), [""; 0], "processes are left");
        let left = fs::read_dir(self.folder()).unwrap();
        let left: Vec<PathBuf> = left.map(|entry| entry.unwrap().path()).collect();
        assert!(left.is_empty(), "files are left: {left:?}");
    }

    /// The running processes of the run: their IDs and command lines.
    pub fn processes(&self) -> Vec<String> {
        marked(&format!("TMPDIR={}", self.folder().display()))
    }
}

/// Whether a variable has the value of `mark`, or a folder below it, as each trial has one.
fn is_marked(variable: &str, mark: &str) -> bool {
    let rest = variable.strip_prefix(mark);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

// Linux has /proc; small containers do not have `ps`.

/// The running processes with `mark` in their environment: their IDs and command lines. Processes of
/// other users cannot be read, and do not belong to the run.
#[cfg(target_os = "linux")]
fn marked(mark: &str) -> Vec<String> {
    let command_line = |folder: &Path| {
        let environment = fs::read(folder.join("environ")).ok()?;
        let variables = environment.split(|byte| *byte == 0);
        let mut variables = variables.map(String::from_utf8_lossy);
        variables.find(|variable| is_marked(variable, mark))?;
        // A zombie has no environment and no arguments.
        let arguments = fs::read(folder.join("cmdline")).ok().filter(|text| !text.is_empty())?;
        let number = folder.file_name()?.to_string_lossy();
        Some(format!("{number} {}", String::from_utf8_lossy(&arguments).replace('\0', " ")))
    };
    let folders = fs::read_dir("/proc").unwrap().flatten();
    folders.filter_map(|folder| command_line(&folder.path())).collect()
}

/// The running processes with `mark` in their environment: their IDs and command lines.
#[cfg(not(target_os = "linux"))]
fn marked(mark: &str) -> Vec<String> {
    let list = Command::new("ps").args(["axeww", "-o", "pid=,stat=,args="]).output().unwrap();
    let list = String::from_utf8_lossy(&list.stdout).into_owned();
    let is_alive = |line: &&str| {
        let state = line.split_whitespace().nth(1);
        state.is_some_and(|state| !state.starts_with('Z'))
    };
    let marked = |line: &&str| line.split_whitespace().any(|word| is_marked(word, mark));
    list.lines().filter(is_alive).filter(marked).map(str::to_owned).collect()
}

/// Whether the process with this ID is running.
pub fn is_running(process: &str) -> bool {
    let state = if cfg!(target_os = "linux") {
        let status = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
        // The state follows the program's name in parentheses, which may contain some.
        status.rsplit_once(')').map(|(_, state)| state.to_owned()).unwrap_or_default()
    } else {
        let listed = Command::new("ps").args(["-o", "stat=", "-p", process]).output().unwrap();
        String::from_utf8(listed.stdout).unwrap()
    };
    !state.trim().is_empty() && !state.trim().starts_with('Z')
}
