//! The environment of a Windows process.

use std::ffi::CStr;

use windows_sys::Win32::Foundation::{GetLastError, SetLastError};
use windows_sys::Win32::System::Environment::GetEnvironmentVariableA;

/// Longer than every value that is asked about.
const LONGEST: u32 = 16;

/// Whether a variable has this value. The system copies the value under a lock that it holds only briefly.
pub(super) fn is(name: &CStr, value: &CStr) -> bool {
    let mut found = [0_u8; LONGEST as usize];
    // SAFETY: the name is a C string, and `found` has room for `LONGEST` bytes. The last error is the program's.
    let length = unsafe {
        let error = GetLastError();
        let length = GetEnvironmentVariableA(name.as_ptr().cast(), found.as_mut_ptr(), LONGEST);
        SetLastError(error);
        length
    };
    found.get(..length as usize) == Some(value.to_bytes())
}
