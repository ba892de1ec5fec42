//! The environment of a Unix process.

use std::ffi::CStr;

/// Whether a variable has this value.
pub(super) fn is(name: &CStr, value: &CStr) -> bool {
    // SAFETY: the name is a C string. The value is a C string too, and is read at once. As for every read of
    // the environment, code that changes the environment concurrently violates the contract of the function
    // that it uses.
    unsafe {
        let found = libc::getenv(name.as_ptr());
        !found.is_null() && CStr::from_ptr(found) == value
    }
}

/// Whether a variable's value contains this text.
pub(super) fn contains(name: &CStr, text: &CStr) -> bool {
    // SAFETY: as above.
    unsafe {
        let found = libc::getenv(name.as_ptr());
        !found.is_null() && !libc::strstr(found, text.as_ptr()).is_null()
    }
}
