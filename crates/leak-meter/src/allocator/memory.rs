//! Pages from the system, zeroed, for the meter's tables. They are never given back.

use std::ptr::NonNull;

/// Maps `bytes` of zeroed memory; only what is touched becomes resident. `None` when the system
/// refuses.
pub(super) fn map_zeroed(bytes: usize) -> Option<NonNull<u8>> {
    let access = libc::PROT_READ | libc::PROT_WRITE;
    let kind = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
    // SAFETY: a new anonymous mapping at an address of the system's choice touches no memory of
    // the program's.
    let pages = unsafe { libc::mmap(std::ptr::null_mut(), bytes, access, kind, -1, 0) };
    if pages == libc::MAP_FAILED { None } else { NonNull::new(pages.cast()) }
}
