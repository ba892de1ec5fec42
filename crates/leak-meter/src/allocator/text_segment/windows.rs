//! The meter's object on Windows: the program or a dynamic library.

use std::ffi::OsString;
use std::os::windows::ffi::OsStringExt;
use std::path::PathBuf;
use std::ptr;
use std::sync::atomic::Ordering;

use windows_sys::Win32::System::Diagnostics::Debug::IMAGE_SCN_MEM_EXECUTE;
use windows_sys::Win32::System::LibraryLoader::{GetModuleFileNameW, GetModuleHandleW};

use super::{HIGH, LOW, OFFSET};
use crate::image::Image;

/// The longest path that the system has, in units of 16 bits.
const LONGEST_PATH: u32 = 32 << 10;

/// Finds the meter's object.
pub(in super::super) fn find() {
    let Some(image) = Image::of_the_meter() else { return };
    let (mut low, mut high) = (usize::MAX, 0);
    for code in image.sections(IMAGE_SCN_MEM_EXECUTE) {
        low = low.min(code.start);
        high = high.max(code.end);
    }
    OFFSET.store(image.base(), Ordering::Relaxed);
    LOW.store(low, Ordering::Relaxed);
    HIGH.store(high, Ordering::Relaxed);
}

/// The file of the dynamic library that contains the meter; `None` if it is part of the program.
pub(crate) fn library() -> Option<PathBuf> {
    let module = Image::of_the_meter()?.handle();
    // SAFETY: without a name, the call takes no pointer.
    if module == unsafe { GetModuleHandleW(ptr::null()) } {
        return None;
    }
    let mut path = vec![0; LONGEST_PATH as usize];
    // SAFETY: `path` has room for `LONGEST_PATH` units.
    let length = unsafe { GetModuleFileNameW(module, path.as_mut_ptr(), LONGEST_PATH) };
    let path = path.get(..length as usize).filter(|path| !path.is_empty())?;
    Some(PathBuf::from(OsString::from_wide(path)))
}
