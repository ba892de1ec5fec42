//! The meter's object on Windows: the program or a dynamic library.

use std::path::PathBuf;
use std::ptr;
use std::sync::atomic::Ordering;

use windows_sys::Win32::System::Diagnostics::Debug::IMAGE_SCN_MEM_EXECUTE;
use windows_sys::Win32::System::LibraryLoader::GetModuleHandleW;

use super::{HIGH, LOW, OFFSET};
use crate::image::Image;

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
    let image = Image::of_the_meter()?;
    // SAFETY: without a name, the call takes no pointer.
    let program = unsafe { GetModuleHandleW(ptr::null()) };
    if image.handle() == program { None } else { image.file() }
}
