//! The shared library that contains the meter, if it is one, on Unix systems.

use std::ffi::{CStr, OsStr, c_char};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};

use super::find;

/// The path of the shared library; null for the executable, and until it is known.
pub(super) static PATH: AtomicPtr<c_char> = AtomicPtr::new(ptr::null_mut());

fn path() -> Option<&'static CStr> {
    let path = PATH.load(Ordering::Acquire);
    // SAFETY: this is the loader's own string for the library that contains this code, and `pin` keeps
    // that library loaded.
    (!path.is_null()).then(|| unsafe { CStr::from_ptr(path) })
}

/// The file of the shared library that contains the meter; `None` if it is part of the executable.
pub(crate) fn library() -> Option<PathBuf> {
    path().map(|path| PathBuf::from(OsStr::from_bytes(path.to_bytes())))
}

/// Keeps the shared library that contains the meter from being unloaded, because the system calls into it
/// whenever a thread ends. Does nothing for an executable. `false` if that fails.
pub(in super::super) fn pin() -> bool {
    find();
    let Some(path) = path() else { return true };
    let flags = libc::RTLD_LAZY | libc::RTLD_NOLOAD | libc::RTLD_NODELETE;
    // SAFETY: the path is a C string. The library is already loaded, so this runs none of its code.
    !unsafe { libc::dlopen(path.as_ptr(), flags) }.is_null()
}
