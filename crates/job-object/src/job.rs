//! A job and its processes.

use std::ffi::c_void;
use std::io;
use std::mem;
use std::os::windows::io::{AsRawHandle, BorrowedHandle, FromRawHandle, OwnedHandle};
use std::ptr;
use std::time::Duration;

use windows_sys::Win32::System::JobObjects::{
    AssignProcessToJobObject, CreateJobObjectW, JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE,
    JOBOBJECT_BASIC_ACCOUNTING_INFORMATION, JOBOBJECT_BASIC_PROCESS_ID_LIST,
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION, JOBOBJECTINFOCLASS, JobObjectBasicAccountingInformation,
    JobObjectBasicProcessIdList, JobObjectExtendedLimitInformation, QueryInformationJobObject,
    SetInformationJobObject, TerminateJobObject,
};

/// How many processes of a job are listed at most.
const LISTED: usize = 256;
/// The exit code of processes that are ended.
const ENDED: u32 = 1;

/// A set of processes. They end when this is dropped.
#[derive(Debug)]
pub struct Job(OwnedHandle);

/// `JOBOBJECT_BASIC_PROCESS_ID_LIST` with room for more processes than one.
#[repr(C)]
struct ProcessIds {
    head: JOBOBJECT_BASIC_PROCESS_ID_LIST,
    rest: [usize; LISTED - 1],
}

impl Job {
    /// A job without processes.
    ///
    /// # Errors
    /// When the system refuses it.
    #[allow(unsafe_code)]
    pub fn new() -> io::Result<Self> {
        // SAFETY: both arguments may be null: the job has the default security and no name.
        let handle = unsafe { CreateJobObjectW(ptr::null(), ptr::null()) };
        if handle.is_null() {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the handle was just created, and nothing else owns it.
        let job = Self(unsafe { OwnedHandle::from_raw_handle(handle) });
        let mut limits = JOBOBJECT_EXTENDED_LIMIT_INFORMATION::default();
        limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
        // SAFETY: the pointer and the length are those of `limits`, which is of the type that this
        // class of information has.
        let set = unsafe {
            SetInformationJobObject(
                job.0.as_raw_handle(),
                JobObjectExtendedLimitInformation,
                ptr::from_ref(&limits).cast::<c_void>(),
                length_of::<JOBOBJECT_EXTENDED_LIMIT_INFORMATION>(),
            )
        };
        succeeded(set).map(|()| job)
    }

    /// Assigns `process` to this job. Processes that it has started before are not in the job.
    ///
    /// # Errors
    /// When the system refuses it, for instance because the process has ended.
    #[allow(unsafe_code)]
    pub fn assign(&self, process: BorrowedHandle<'_>) -> io::Result<()> {
        // SAFETY: both handles are open for as long as they are borrowed.
        succeeded(unsafe {
            AssignProcessToJobObject(self.0.as_raw_handle(), process.as_raw_handle())
        })
    }

    /// Ends all processes of this job.
    ///
    /// # Errors
    /// When the system refuses it.
    #[allow(unsafe_code)]
    pub fn terminate(&self) -> io::Result<()> {
        // SAFETY: the handle is open for as long as this exists.
        succeeded(unsafe { TerminateJobObject(self.0.as_raw_handle(), ENDED) })
    }

    /// The ids of the processes that have not ended.
    ///
    /// # Errors
    /// When the system refuses them, for instance because there are more than 256.
    pub fn processes(&self) -> io::Result<Vec<u32>> {
        let mut ids =
            ProcessIds { head: JOBOBJECT_BASIC_PROCESS_ID_LIST::default(), rest: [0; LISTED - 1] };
        self.query(JobObjectBasicProcessIdList, &mut ids)?;
        let listed = usize::try_from(ids.head.NumberOfProcessIdsInList).unwrap_or(LISTED);
        let all = ids.head.ProcessIdList.into_iter().chain(ids.rest).take(listed);
        Ok(all.filter_map(|id| u32::try_from(id).ok()).collect())
    }

    /// The processor time of all processes that are or were in this job.
    ///
    /// # Errors
    /// When the system refuses it.
    pub fn processor_time(&self) -> io::Result<Duration> {
        let mut accounting = JOBOBJECT_BASIC_ACCOUNTING_INFORMATION::default();
        self.query(JobObjectBasicAccountingInformation, &mut accounting)?;
        // The system counts in steps of 100 ns.
        let steps = accounting.TotalUserTime.saturating_add(accounting.TotalKernelTime);
        Ok(Duration::from_micros(u64::try_from(steps).unwrap_or_default() / 10))
    }

    /// Fills `information`, which must be of the type that `class` has.
    #[allow(unsafe_code)]
    fn query<T>(&self, class: JOBOBJECTINFOCLASS, information: &mut T) -> io::Result<()> {
        // SAFETY: the pointer and the length are those of `information`, all of whose bytes may be
        // written; the length of what was written may be left out.
        succeeded(unsafe {
            QueryInformationJobObject(
                self.0.as_raw_handle(),
                class,
                ptr::from_mut(information).cast::<c_void>(),
                length_of::<T>(),
                ptr::null_mut(),
            )
        })
    }
}

fn length_of<T>() -> u32 {
    u32::try_from(mem::size_of::<T>()).unwrap_or(u32::MAX)
}

/// The result of a call that returns 0 when it fails.
fn succeeded(result: i32) -> io::Result<()> {
    if result == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use std::env;
    use std::os::windows::io::AsHandle;
    use std::process::{Child, Command, Stdio};
    use std::thread;

    use super::*;
    use crate::program_name;

    /// This program, running a test that does not end.
    fn start() -> Child {
        let mut command = Command::new(env::current_exe().unwrap());
        command.args(["--ignored", "--exact", "job::tests::waits"]).stdout(Stdio::null());
        command.spawn().unwrap()
    }

    #[test]
    #[ignore = "the other tests start and end it"]
    fn waits() {
        thread::sleep(Duration::from_secs(60));
    }

    #[test]
    fn a_job_lists_its_processes_and_ends_them() {
        let (job, mut child) = (Job::new().unwrap(), start());
        assert_eq!(job.processes().unwrap(), []);
        job.assign(child.as_handle()).unwrap();
        assert_eq!(job.processes().unwrap(), [child.id()]);
        let own = env::current_exe().unwrap().file_name().unwrap().to_string_lossy().into_owned();
        assert_eq!(program_name(child.id()), Some(own));
        job.terminate().unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(1));
        assert_eq!(job.processes().unwrap(), []);
    }

    #[test]
    fn processes_end_with_their_job() {
        let (job, mut child) = (Job::new().unwrap(), start());
        job.assign(child.as_handle()).unwrap();
        drop(job);
        let began = std::time::Instant::now();
        child.wait().unwrap();
        assert!(began.elapsed() < Duration::from_secs(30), "it ended by itself");
    }
}
