//! Handles, threads and resident memory on Windows.

use std::collections::BTreeMap;
use std::io;

use windows_sys::Win32::System::ProcessStatus::{K32GetProcessMemoryInfo, PROCESS_MEMORY_COUNTERS};
use windows_sys::Win32::System::Threading::{GetCurrentProcess, GetProcessHandleCount};

use super::{FileGroup, FileKind, OpenFiles, Unavailable};
use system_lists::{Handles, Processes};

mod system_lists;

/// Counts the open handles of this process: to files, sockets and pipes, and also to events, threads and whatever
/// else the system gives a handle for.
#[derive(Debug)]
pub struct OpenFilesProbe {
    processes: Processes,
    handles: Handles,
}

impl OpenFilesProbe {
    /// Asks the system once.
    ///
    /// # Errors
    /// If the system refuses the read.
    pub fn new() -> Result<Self, Unavailable> {
        let mut probe = Self { processes: Processes::default(), handles: Handles::default() };
        probe.count()?;
        Ok(probe)
    }

    /// The number of open handles.
    ///
    /// # Errors
    /// If the system refuses the read.
    pub fn count(&mut self) -> Result<u64, Unavailable> {
        let mut count = 0;
        // SAFETY: the handle of this process is always valid; `count` is a place to write to.
        let done = unsafe { GetProcessHandleCount(GetCurrentProcess(), &raw mut count) };
        if done != 0 && count > 0 {
            return Ok(u64::from(count));
        }
        // Wine has this count only in the list of processes.
        let own = self.processes.own().map_err(|error| refused("handles", &error))?;
        Ok(u64::from(own.HandleCount))
    }

    /// The number of open handles. How many of them are sockets is not known: the system does not tell them from
    /// pipes, and a question about a pipe may wait until another thread has read from it.
    ///
    /// # Errors
    /// If the system refuses the read.
    pub fn usage(&mut self) -> Result<OpenFiles, Unavailable> {
        Ok(OpenFiles { all: self.count()?, sockets: None })
    }

    /// The open handles by type.
    ///
    /// # Errors
    /// If the system refuses the read.
    pub fn groups(&mut self) -> Result<BTreeMap<FileGroup, u64>, Unavailable> {
        let types = self.handles.by_type().map_err(|error| refused("handles", &error))?;
        let group = |name| FileGroup { kind: FileKind::Other, place: format!("{name} handles") };
        Ok(types.into_iter().map(|(name, count)| (group(name), count)).collect())
    }
}

/// Counts the threads of this process.
#[derive(Debug)]
pub struct ThreadsProbe(Processes);

impl ThreadsProbe {
    /// Asks the system once.
    ///
    /// # Errors
    /// If the system refuses the read.
    pub fn new() -> Result<Self, Unavailable> {
        let mut probe = Self(Processes::default());
        probe.count()?;
        Ok(probe)
    }

    /// The number of threads in this process, including the calling one.
    ///
    /// # Errors
    /// If the system refuses the read.
    pub fn count(&mut self) -> Result<u64, Unavailable> {
        let own = self.0.own().map_err(|error| refused("threads", &error))?;
        Ok(u64::from(own.NumberOfThreads))
    }
}

/// Measures how much of this process is in main memory.
#[derive(Debug)]
pub struct ResidentBytesProbe(());

impl ResidentBytesProbe {
    /// Needs no preparation.
    ///
    /// # Errors
    /// Never on this system.
    pub fn new() -> Result<Self, Unavailable> {
        Ok(Self(()))
    }

    /// Bytes in main memory (the working set), in whole pages, including shared ones.
    ///
    /// # Errors
    /// If the system refuses the read.
    pub fn bytes(&mut self) -> Result<u64, Unavailable> {
        let mut counters = PROCESS_MEMORY_COUNTERS::default();
        let size = u32::try_from(size_of::<PROCESS_MEMORY_COUNTERS>()).unwrap_or(u32::MAX);
        // SAFETY: the handle of this process is always valid; `counters` is a place of `size` bytes to write to.
        let done = unsafe { K32GetProcessMemoryInfo(GetCurrentProcess(), &raw mut counters, size) };
        if done == 0 {
            return Err(refused("resident memory", &io::Error::last_os_error()));
        }
        Ok(counters.WorkingSetSize as u64)
    }
}

fn refused(what: &str, error: &io::Error) -> Unavailable {
    Unavailable(format!("{what} cannot be measured: {error}"))
}
