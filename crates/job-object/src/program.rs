//! The program of a process.

use std::ffi::OsString;
use std::os::windows::ffi::OsStringExt;
use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};
use std::path::PathBuf;

use windows_sys::Win32::System::Threading::{
    OpenProcess, PROCESS_NAME_WIN32, PROCESS_QUERY_LIMITED_INFORMATION, QueryFullProcessImageNameW,
};

/// The longest path that is read, in units of 16 bits.
const LONGEST: u32 = 1024;

/// The name of the program of the process `id`, without its folder; `None` if there is no such
/// process.
#[allow(unsafe_code)]
pub fn program_name(id: u32) -> Option<String> {
    // SAFETY: any id may be given.
    let handle = unsafe { OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, 0, id) };
    if handle.is_null() {
        return None;
    }
    // SAFETY: the handle was just opened, and nothing else owns it.
    let process = unsafe { OwnedHandle::from_raw_handle(handle) };
    let (mut path, mut length) = ([0; LONGEST as usize], LONGEST);
    // SAFETY: the handle is open, and `path` has room for `length` units.
    let found = unsafe {
        QueryFullProcessImageNameW(
            process.as_raw_handle(),
            PROCESS_NAME_WIN32,
            path.as_mut_ptr(),
            &raw mut length,
        )
    };
    let path = path.get(..usize::try_from(length).ok()?).filter(|_| found != 0)?;
    let path = PathBuf::from(OsString::from_wide(path));
    Some(path.file_name()?.to_string_lossy().into_owned())
}
