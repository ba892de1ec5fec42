//! The meter's object on Unix systems other than Linux.

use std::sync::atomic::Ordering;

use super::OFFSET;
use super::unix::PATH;

/// Finds the meter's object. Every address counts as code; the walk ends where the list of frame pointers ends.
#[cfg_attr(target_os = "macos", allow(deprecated))] // The system's own header still declares these functions.
pub(in super::super) fn find() {
    // SAFETY: `information` is a place to write to, and is read only after it was filled in.
    let information = unsafe {
        let mut information = std::mem::MaybeUninit::<libc::Dl_info>::uninit();
        let here = (find as *const ()).cast();
        if libc::dladdr(here, information.as_mut_ptr()) == 0 {
            return;
        }
        information.assume_init()
    };
    // The loaded objects are numbered, the executable first.
    #[cfg(target_os = "macos")]
    // SAFETY: these functions take a number, and return null or 0 if no object has it.
    unsafe {
        let start = information.dli_fbase.addr();
        let is_its = |object: &u32| libc::_dyld_get_image_header(*object).addr() == start;
        if let Some(object) = (0..libc::_dyld_image_count()).find(is_its) {
            let offset = libc::_dyld_get_image_vmaddr_slide(object);
            OFFSET.store(offset.cast_unsigned(), Ordering::Relaxed);
            if object == 0 {
                return;
            }
        }
    }
    PATH.store(information.dli_fname.cast_mut(), Ordering::Release);
}
