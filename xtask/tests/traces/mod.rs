//! What a run leaves behind: processes and temporary files.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// A folder for temporary files of one run's own. All processes of the run are known by it, since
/// they inherit the variable that names it.
pub struct Traces(TempDir);

impl Traces {
    /// None yet.
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// `command`, whose traces these are to be.
    pub fn of<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.env("TMPDIR", self.0.path())
    }

    /// Where its temporary files are.
    pub fn folder(&self) -> &Path {
        self.0.path()
    }

    /// Asserts that neither a process nor a file is left, within a bound.
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

    /// The processes of the run that have not ended: their numbers and command lines.
    pub fn processes(&self) -> Vec<String> {
        let mark = format!("TMPDIR={}", self.folder().display());
        let list = Command::new("ps").args(["axeww", "-o", "pid=,stat=,args="]).output().unwrap();
        let list = String::from_utf8_lossy(&list.stdout).into_owned();
        let is_alive = |line: &&str| {
            let state = line.split_whitespace().nth(1);
            state.is_some_and(|state| !state.starts_with('Z'))
        };
        let marked = |line: &&str| line.split_whitespace().any(|word| word == mark);
        list.lines().filter(is_alive).filter(marked).map(str::to_owned).collect()
    }
}
