//! What macOS reports about this process: its threads and its resident memory.

use std::io;
use std::mem::MaybeUninit;

/// The system's account of this process.
///
/// # Errors
/// If the system refuses it.
pub(super) fn read() -> io::Result<libc::proc_taskinfo> {
    let mut account = MaybeUninit::<libc::proc_taskinfo>::uninit();
    let size = i32::try_from(size_of::<libc::proc_taskinfo>()).map_err(io::Error::other)?;
    // SAFETY: `account` is a place of `size` bytes to write to, and is read only if the system has filled in all
    // of it.
    unsafe {
        let id = libc::getpid();
        let place = account.as_mut_ptr().cast();
        if libc::proc_pidinfo(id, libc::PROC_PIDTASKINFO, 0, place, size) != size {
            return Err(io::Error::last_os_error());
        }
        Ok(account.assume_init())
    }
}
