//! Handles, threads and resident memory on Windows.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;

use windows_sys::Win32::System::ProcessStatus::{K32GetProcessMemoryInfo, PROCESS_MEMORY_COUNTERS};
use windows_sys::Win32::System::Threading::{GetCurrentProcess, GetProcessHandleCount};

use super::{FileGroup, FileKind, OpenFiles, Unavailable};
use system_lists::{Handles, Processes};

mod system_lists;

/// Counts the open handles of this process: to files, sockets and pipes, and also to events, threads and everything
/// else that has a handle.
#[derive(Debug)]
pub struct OpenFilesProbe {
    handles: Handles,
    /// Whether the system's count of this process's handles is exact; otherwise they are counted in its list.
    has_count: bool,
}

/// How often the system's count is compared with what must change it, since other threads change it too.
const TRIES: usize = 3;

impl OpenFilesProbe {
    /// Asks the system once.
    ///
    /// # Errors
    /// If the system refuses the read.
    pub fn new() -> Result<Self, Unavailable> {
        // Wine returns the size of a table as this count.
        let has_count = (0..TRIES).any(|_| counts_one_more().unwrap_or(false));
        let mut probe = Self { handles: Handles::default(), has_count };
        probe.count()?;
        Ok(probe)
    }

    /// The number of open handles.
    ///
    /// # Errors
    /// If the system refuses the read.
    pub fn count(&mut self) -> Result<u64, Unavailable> {
        let count = if self.has_count { count() } else { self.handles.count() };
        count.map_err(|error| refused("handles", &error))
    }

    /// The number of open handles. How many of them are sockets is not known: the system does not distinguish sockets
    /// from pipes, and a query about a pipe may block until another thread has read from it.
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

/// The system's count of this process's handles.
fn count() -> io::Result<u64> {
    let mut count = 0;
    // SAFETY: the handle of this process is always valid; `count` is a place to write to.
    let done = unsafe { GetProcessHandleCount(GetCurrentProcess(), &raw mut count) };
    if done == 0 { Err(io::Error::last_os_error()) } else { Ok(u64::from(count)) }
}

/// Whether the system's count rises by one while there is one handle more.
fn counts_one_more() -> io::Result<bool> {
    let before = count()?;
    let file = File::open("NUL")?;
    let with = count()?;
    drop(file);
    Ok(with == before + 1)
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
