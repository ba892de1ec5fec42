//! Calls a function at the end of each thread.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

use std::ffi::c_void;

#[cfg(unix)]
pub(super) use unix::call_at_exit;
#[cfg(windows)]
pub(super) use windows::call_at_exit;

/// A destructor. Its argument is the number that was passed for the thread.
type Destructor = extern "C" fn(*mut c_void);
