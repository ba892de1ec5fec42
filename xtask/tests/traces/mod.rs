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
    #[cfg(target_os = "linux")]
    pub fn processes(&self) -> Vec<String> {
        let mark = format!("TMPDIR={}", self.folder().display());
        let folders = fs::read_dir("/proc").unwrap().filter_map(Result::ok);
        folders.filter_map(|folder| command_line(&folder.path(), &mark)).collect()
    }

    /// The processes of the run that have not ended: their numbers and command lines.
    #[cfg(not(target_os = "linux"))]
    pub fn processes(&self) -> Vec<String> {
        let mark = format!("TMPDIR={}", self.folder().display());
        let arguments = ["axeww", "-o", "pid=,stat=,args="];
        let list = std::process::Command::new("ps").args(arguments).output().unwrap();
        let list = String::from_utf8_lossy(&list.stdout).into_owned();
        let is_alive = |line: &&str| {
            let state = line.split_whitespace().nth(1);
            state.is_some_and(|state| !state.starts_with('Z'))
        };
        let marked = |line: &&str| line.split_whitespace().any(|word| word == mark);
        list.lines().filter(is_alive).filter(marked).map(str::to_owned).collect()
    }
}

/// The number and the command line of the process in `folder` of `/proc`, if it has not ended and `mark`
/// is in its environment; another user's cannot be read, and is none of ours. Not asked of `ps`, which a
/// small container does not have.
#[cfg(target_os = "linux")]
fn command_line(folder: &Path, mark: &str) -> Option<String> {
    let environment = fs::read(folder.join("environ")).ok()?;
    if !environment.split(|byte| *byte == 0).any(|variable| variable == mark.as_bytes()) {
        return None;
    }
    // One that has ended, and that nobody has waited for, has neither environment nor arguments.
    let arguments = fs::read(folder.join("cmdline")).ok().filter(|text| !text.is_empty())?;
    let number = folder.file_name()?.to_string_lossy();
    Some(format!("{number} {}", String::from_utf8_lossy(&arguments).replace('\0', " ")))
}
