//! Threads and resident memory on macOS, which reports both in one account of the process.

use std::io;
use std::mem::MaybeUninit;

use super::Unavailable;

/// Counts the threads of this process.
#[derive(Debug)]
pub struct ThreadsProbe(());

impl ThreadsProbe {
    /// Needs no preparation.
    ///
    /// # Errors
    /// Never on this system.
    pub fn new() -> Result<Self, Unavailable> {
        Ok(Self(()))
    }

    /// The number of threads in this process, including the calling one.
    ///
    /// # Errors
    /// If the system refuses the read.
    pub fn count(&mut self) -> Result<u64, Unavailable> {
        let account = read().map_err(|error| refused("threads cannot be counted", &error))?;
        Ok(u64::from(account.pti_threadnum.cast_unsigned()))
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

    /// Bytes in main memory, in whole pages, including shared ones.
    ///
    /// # Errors
    /// If the system refuses the read.
    pub fn bytes(&mut self) -> Result<u64, Unavailable> {
        let account = read().map_err(|error| refused("resident memory cannot be read", &error))?;
        Ok(account.pti_resident_size)
    }
}

fn refused(what: &str, error: &io::Error) -> Unavailable {
    Unavailable(format!("{what}: {error}"))
}

/// The system's account of this process.
fn read() -> io::Result<libc::proc_taskinfo> {
    let mut account = MaybeUninit::<libc::proc_taskinfo>::uninit();
    let size = i32::try_from(size_of::<libc::proc_taskinfo>()).map_err(io::Error::other)?;
    // SAFETY: `account` is a place of `size` bytes to write to, and it is read only if the system has filled in
    // all of it.
    unsafe {
        let id = libc::getpid();
        let place = account.as_mut_ptr().cast();
        if libc::proc_pidinfo(id, libc::PROC_PIDTASKINFO, 0, place, size) != size {
            return Err(io::Error::last_os_error());
        }
        Ok(account.assume_init())
    }
}
