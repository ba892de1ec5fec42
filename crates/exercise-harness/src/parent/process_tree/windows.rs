//! A process tree as a job object.

use std::io;
use std::os::windows::io::AsHandle;
use std::os::windows::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command};
use std::sync::Arc;
use std::time::Duration;

use job_object::{Job, program_name};

use super::{GRACE_PERIOD, ProcessorWaits, scan_until_gone};

/// `CREATE_NEW_PROCESS_GROUP`: Ctrl-C reaches only this program, which then ends the others.
const NEW_PROCESS_GROUP: u32 = 0x200;

/// A job object. Its processes end when this program ends, however it ends.
#[derive(Debug, Clone)]
pub(in crate::parent) struct ProcessTree {
    /// The first process.
    leader: u32,
    job: Arc<Job>,
}

impl ProcessTree {
    /// Starts `command` in a new job. A process that it starts before it is in the job is not in it;
    /// a trial starts none before it has read its request, which is sent later.
    pub(in crate::parent) fn start(command: &mut Command) -> io::Result<(Child, Self)> {
        let mut child = command.creation_flags(NEW_PROCESS_GROUP).spawn()?;
        let tree = Self::below(&mut child)?;
        Ok((child, tree))
    }

    /// The started process `child`, with what it will start. It is killed if the system refuses.
    pub(in crate::parent) fn below(child: &mut Child) -> io::Result<Self> {
        let job = Job::new()?;
        if let Err(error) = job.assign(child.as_handle()) {
            // A process that has ended cannot be assigned, and need not be.
            if child.try_wait()?.is_none() {
                child.kill()?;
                child.wait()?;
                return Err(error);
            }
        }
        Ok(Self { leader: child.id(), job: Arc::new(job) })
    }

    /// Kills every process of the job.
    pub(in crate::parent) fn kill(&self) {
        // Fails if the processes have just ended by themselves.
        let _ = self.job.terminate();
    }

    /// Whether `child`, the first process, has ended.
    #[expect(clippy::unused_self, reason = "a process group needs it")]
    pub(in crate::parent) fn has_ended(&self, child: &mut Child) -> io::Result<bool> {
        Ok(child.try_wait()?.is_some())
    }

    /// Whether the process is stopped. Windows has no signal that stops one.
    #[allow(clippy::unused_self, clippy::unnecessary_wraps, reason = "other systems have one")]
    pub(in crate::parent) fn is_stopped(&self) -> io::Result<bool> {
        Ok(false)
    }

    /// The names of the programs that run on after the first process has ended.
    pub(in crate::parent) fn left_running(&self, _mark: &Path) -> Vec<String> {
        let left = scan_until_gone(GRACE_PERIOD, || {
            let all = self.job.processes().unwrap_or_default().into_iter();
            all.filter(|id| *id != self.leader).collect()
        });
        left.iter().filter_map(|id| program_name(*id)).collect()
    }

    /// The processor time that the job has used, where the system reports it: Wine reports 0.
    pub(in crate::parent) fn processor_time(&self) -> Option<Duration> {
        self.job.processor_time().ok().filter(|time| !time.is_zero())
    }

    /// How long the threads have waited for a processor: Windows does not report it.
    #[allow(clippy::unused_self, reason = "other systems ask for the process")]
    pub(in crate::parent) fn processor_waits(&self) -> ProcessorWaits {
        ProcessorWaits::default()
    }
}

/// Kills the processes of the trial with the scratch folder `mark` that have left its tree. There are
/// none: no process leaves its job.
pub(in crate::parent) fn kill_marked(_mark: &Path) {}
