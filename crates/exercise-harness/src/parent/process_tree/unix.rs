//! A process tree as a process group.

use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command};
use std::time::Duration;

use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, kill_process, kill_process_group, waitid,
};

pub(in crate::parent) use super::orphans::kill as kill_marked;
use super::{ProcessorWaits, orphans};

/// A process group, known by its leader, or a single process. Only valid until the leader has been
/// waited for: the id may then belong to another process.
#[derive(Debug, Clone)]
pub(in crate::parent) struct ProcessTree {
    leader: Pid,
    is_group: bool,
}

impl ProcessTree {
    /// Starts `command` as the leader of a new group.
    pub(in crate::parent) fn start(command: &mut Command) -> io::Result<(Child, Self)> {
        let child = command.process_group(0).spawn()?;
        let leader = Pid::from_child(&child);
        Ok((child, Self { leader, is_group: true }))
    }

    /// The started process `child` alone.
    #[allow(clippy::unnecessary_wraps, reason = "other systems can refuse it")]
    pub(in crate::parent) fn below(child: &mut Child) -> io::Result<Self> {
        Ok(Self { leader: Pid::from_child(child), is_group: false })
    }

    /// Kills every process of the group.
    pub(in crate::parent) fn kill(&self) {
        let kill = if self.is_group { kill_process_group } else { kill_process };
        // Fails if the processes have just ended by themselves.
        let _ = kill(self.leader, Signal::KILL);
    }

    /// Whether `child`, the leader, has ended. It remains in the system's table.
    pub(in crate::parent) fn has_ended(&self, _child: &mut Child) -> io::Result<bool> {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        Ok(waitid(WaitId::Pid(self.leader), options)?.is_some())
    }

    /// Whether a signal has stopped the leader, and none has continued it since.
    pub(in crate::parent) fn is_stopped(&self) -> io::Result<bool> {
        let options = WaitIdOptions::STOPPED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        Ok(waitid(WaitId::Pid(self.leader), options)?.is_some())
    }

    /// The names of the programs that run on after the leader has ended. `mark` is the scratch
    /// folder of the trial.
    pub(in crate::parent) fn left_running(&self, mark: &Path) -> Vec<String> {
        orphans::find(self.leader, mark).into_iter().map(|orphan| orphan.name).collect()
    }

    /// The processor time that the leader has used, where the system reports it.
    pub(in crate::parent) fn processor_time(&self) -> Option<Duration> {
        orphans::processor_time(self.leader)
    }

    /// How long the leader's threads have waited for a processor, where the system reports it.
    pub(in crate::parent) fn processor_waits(&self) -> ProcessorWaits {
        orphans::processor_waits(self.leader)
    }
}
