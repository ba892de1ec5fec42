//! The processes that a trial has started, and that it may leave behind.
//!
//! They are found by their group, and by a variable in their environment that every process
//! inherits, also one that leaves its group and session and outlives its parent. Not found is one
//! that does so with an environment of its own. Where the system does not tell of processes (all but
//! Linux), none is found, and the group alone is ended.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// The variable by which a trial's processes are known: the path of its scratch folder.
pub const MARK: &str = "LEAK_LAB_TRIAL";

/// How long a process that is about to end by itself may take.
const GRACE: Duration = Duration::from_millis(500);
/// How long it is waited for processes that were killed.
const LONGEST_END: Duration = Duration::from_secs(2);
const LOOK: Duration = Duration::from_millis(10);

/// A process of a trial's, beside the one that the harness has started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stray {
    id: Pid,
    /// The program's name, as the system shortens it.
    pub name: String,
}

/// The processes of the trial with the scratch folder `mark`, and those in the process group
/// `group`, that have not ended within a moment; without the group's first.
pub fn lasting(group: Pid, mark: &Path) -> Vec<Stray> {
    until(GRACE, || of(Some(group), mark))
}

/// Ends the processes of the trial with the scratch folder `mark`, and waits for their end.
pub fn end(mark: &Path) {
    until(LONGEST_END, || {
        let strays = of(None, mark);
        for stray in &strays {
            // It may have ended by itself a moment ago.
            let _ = kill_process(stray.id, Signal::KILL);
        }
        strays
    });
}

/// Asks `look` until it finds none or the time is over, and returns what it found last.
fn until(limit: Duration, look: impl Fn() -> Vec<Stray>) -> Vec<Stray> {
    let began = Instant::now();
    loop {
        let found = look();
        if found.is_empty() || began.elapsed() >= limit {
            return found;
        }
        thread::sleep(LOOK);
    }
}

/// The processor time that the process `id` has used so far, where the system tells.
pub fn computed(id: Pid) -> Option<Duration> {
    #[cfg(target_os = "linux")]
    return process::Status::of(id)?.computed();
    #[cfg(not(target_os = "linux"))]
    return None;
}

#[cfg(not(target_os = "linux"))]
fn of(_: Option<Pid>, _: &Path) -> Vec<Stray> {
    Vec::new()
}

#[cfg(target_os = "linux")]
fn of(group: Option<Pid>, mark: &Path) -> Vec<Stray> {
    let own = rustix::process::getpid();
    let is_stray = |id: &Pid, status: &process::Status| {
        let in_group = group.is_some_and(|group| status.group() == Some(group) && *id != group);
        let marked = Some(*id) != group && *id != own && process::has_mark(*id, mark);
        !status.has_ended() && (in_group || marked)
    };
    let all = process::all().filter_map(|id| Some((id, process::Status::of(id)?)));
    let strays = all.filter(|(id, status)| is_stray(id, status));
    strays.map(|(id, status)| Stray { id, name: status.name }).collect()
}

#[cfg(target_os = "linux")]
mod process {
    use std::fs;
    use std::os::unix::ffi::OsStrExt;
    use std::path::Path;
    use std::time::Duration;

    use rustix::process::Pid;

    use super::MARK;

    /// What the system tells of a process, in the form of `proc_pid_stat(5)`.
    pub struct Status {
        pub name: String,
        /// What stands after the name, from the state on.
        rest: Vec<String>,
    }

    impl Status {
        pub fn of(id: Pid) -> Option<Self> {
            let line = fs::read(format!("/proc/{}/stat", id.as_raw_nonzero())).ok()?;
            Self::parse(&String::from_utf8_lossy(&line))
        }

        fn parse(line: &str) -> Option<Self> {
            // The name may have spaces and brackets of its own.
            let (before, rest) = line.rsplit_once(')')?;
            let name = before.split_once('(')?.1.to_owned();
            Some(Self { name, rest: rest.split_whitespace().map(str::to_owned).collect() })
        }

        pub fn has_ended(&self) -> bool {
            self.rest.first().is_none_or(|state| state == "Z" || state == "X")
        }

        pub fn group(&self) -> Option<Pid> {
            // That of a process that is just being taken out of the system's list is -1.
            id_of(self.rest.get(2)?)
        }

        pub fn computed(&self) -> Option<Duration> {
            let ticks = |at: usize| self.rest.get(at)?.parse::<u64>().ok();
            let ticks = ticks(11)? + ticks(12)?;
            let per_second = rustix::param::clock_ticks_per_second();
            Some(Duration::from_millis(ticks * 1000 / per_second.max(1)))
        }
    }

    /// Every process there is.
    pub fn all() -> impl Iterator<Item = Pid> {
        let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
        entries.filter_map(|entry| id_of(entry.file_name().to_str()?))
    }

    fn id_of(text: &str) -> Option<Pid> {
        Pid::from_raw(text.parse().ok().filter(|id| *id > 0)?)
    }

    /// Whether the process began with the mark in its environment. One of somebody else's does not
    /// tell.
    pub fn has_mark(id: Pid, mark: &Path) -> bool {
        let environment = fs::read(format!("/proc/{}/environ", id.as_raw_nonzero()));
        let wanted = [MARK.as_bytes(), b"=", mark.as_os_str().as_bytes()].concat();
        environment.is_ok_and(|all| all.split(|byte| *byte == 0).any(|one| one == wanted))
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_process_that_is_being_taken_out_of_the_list_has_no_group() {
            let status = |group: &str| Status::parse(&format!("42 (a) b) S 1 {group} 7")).unwrap();
            assert_eq!(status("41").group(), Pid::from_raw(41));
            assert_eq!(status("-1").group(), None);
            assert_eq!(status("0").group(), None);
            assert_eq!((status("41").name, status("41").has_ended()), ("a) b".to_owned(), false));
        }
    }
}
