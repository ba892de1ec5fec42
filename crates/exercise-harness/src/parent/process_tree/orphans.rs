//! Finds and ends the processes that a trial has started and left behind.
//!
//! Such a process is found by its process group, or by an environment variable that it inherits
//! even if it leaves the group and the session and outlives its parent. A process that leaves the
//! group and clears its environment is not found. Only Linux lists processes this way; on other
//! systems nothing is found, and only the group is ended.

use std::path::Path;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use super::{GRACE_PERIOD, ProcessorWaits, scan_until_gone};
#[cfg(target_os = "linux")]
use super::{MARK_VARIABLE, proc_fs};

/// How long to wait for killed processes to end.
const KILL_TIMEOUT: Duration = Duration::from_secs(2);

/// A process that a trial has started.
#[cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "only Linux finds any"))]
pub(super) struct Orphan {
    id: Pid,
    /// The program's name, as the system shortens it.
    pub(super) name: String,
}

/// The processes of the trial with the scratch folder `mark`, or in the process group `group`, that
/// do not end within the grace period. The group's leader is not among them.
pub(super) fn find(group: Pid, mark: &Path) -> Vec<Orphan> {
    scan_until_gone(GRACE_PERIOD, || scan(Some(group), mark))
}

/// Kills the processes of the trial with the scratch folder `mark`, and waits until they have
/// ended.
pub(in crate::parent) fn kill(mark: &Path) {
    scan_until_gone(KILL_TIMEOUT, || {
        let orphans = scan(None, mark);
        for orphan in &orphans {
            // Fails if the process has just ended by itself.
            let _ = kill_process(orphan.id, Signal::KILL);
        }
        orphans
    });
}

/// The processor time that the process has used, where the system reports it.
#[cfg(target_os = "linux")]
pub(super) fn processor_time(id: Pid) -> Option<Duration> {
    proc_fs::Status::read(id)?.processor_time()
}

#[cfg(not(target_os = "linux"))]
pub(super) fn processor_time(_: Pid) -> Option<Duration> {
    None
}

/// How long the threads of the process have waited for a processor, where the system reports it.
#[cfg(target_os = "linux")]
pub(super) fn processor_waits(id: Pid) -> ProcessorWaits {
    ProcessorWaits(proc_fs::processor_waits(id).collect())
}

#[cfg(not(target_os = "linux"))]
pub(super) fn processor_waits(_: Pid) -> ProcessorWaits {
    ProcessorWaits::default()
}

#[cfg(not(target_os = "linux"))]
fn scan(_: Option<Pid>, _: &Path) -> Vec<Orphan> {
    Vec::new()
}

#[cfg(target_os = "linux")]
fn scan(group: Option<Pid>, mark: &Path) -> Vec<Orphan> {
    let own = rustix::process::getpid();
    let Some(own_status) = proc_fs::Status::read(own) else { return Vec::new() };
    let is_orphan = |id: Pid, status: &proc_fs::Status| {
        let in_group = group.is_some_and(|group| status.group() == Some(group) && id != group);
        let is_marked = || {
            Some(id) != group
                && id != own
                && proc_fs::has_variable((id, status), &own_status, MARK_VARIABLE, mark)
        };
        !status.has_ended() && (in_group || is_marked())
    };
    let all = proc_fs::all_ids().filter_map(|id| Some((id, proc_fs::Status::read(id)?)));
    let orphans = all.filter(|(id, status)| is_orphan(*id, status));
    orphans.map(|(id, status)| Orphan { id, name: status.name }).collect()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::process::{Command, Stdio};
    use std::time::Instant;

    use super::*;

    /// Becomes another program again and again.
    const RESTLESS: &str = "[ $0 -gt 0 ] && exec sh -c \"$1\" $(($0 - 1)) \"$1\"";

    #[test]
    fn a_process_that_shares_its_processor_waits_for_it() {
        let start = |script: &str| {
            let mut command = Command::new("sh");
            command.args(["-c", script]).stdin(Stdio::piped());
            let child = command.spawn().unwrap();
            (Pid::from_child(&child), child)
        };
        let processors = std::thread::available_parallelism().unwrap().get();
        let mut busy: Vec<_> = (0..=processors).map(|_| start("while :; do :; done")).collect();
        let (idle_id, mut idle) = start("read line");
        let longest = |id: Pid| processor_waits(id).longest_since(&ProcessorWaits::default());
        let deadline = Instant::now() + Duration::from_secs(60);
        let wanted = Duration::from_millis(200);
        // More of them than processors: after a while, each has waited for another.
        while Instant::now() < deadline && busy.iter().any(|(id, _)| longest(*id) < wanted) {
            std::thread::sleep(Duration::from_millis(5));
        }
        let (busy_id, _) = busy[0];
        let (waited, waited_idle) = (longest(busy_id), longest(idle_id));
        let again = processor_waits(busy_id).longest_since(&processor_waits(busy_id));
        for child in busy.iter_mut().map(|(_, child)| child).chain([&mut idle]) {
            child.kill().unwrap();
            child.wait().unwrap();
        }
        assert!(waited >= wanted, "{waited:?}");
        assert!(waited_idle < waited, "{waited_idle:?} and {waited:?}");
        assert!(again < waited, "{again:?} since a reading of {waited:?}");
    }

    #[test]
    fn a_process_is_found_while_it_becomes_another_program() {
        let mark = tempfile::tempdir().unwrap();
        let mut command = Command::new("sh");
        command.args(["-c", RESTLESS, "2000", RESTLESS]).env(MARK_VARIABLE, mark.path());
        let mut child = command.spawn().unwrap();
        let id = Pid::from_child(&child);
        let (mut scans, mut missed) = (0, 0);
        while child.try_wait().unwrap().is_none() {
            let found = scan(None, mark.path()).iter().any(|orphan| orphan.id == id);
            // It may have ended in the meantime.
            missed += u32::from(!found && child.try_wait().unwrap().is_none());
            scans += 1;
        }
        assert!(scans > 50, "only {scans} scans");
        assert_eq!(missed, 0, "of {scans} scans");
    }
}
