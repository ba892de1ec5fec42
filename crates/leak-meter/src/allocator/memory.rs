//! Pages from the system, zeroed, for the meter's tables. They are never given back.

use std::ptr::NonNull;
use std::sync::atomic::{AtomicU64, Ordering};

static MAPPED: AtomicU64 = AtomicU64::new(0);

/// Bytes of address space that the meter's tables have reserved. Only what was touched takes memory.
pub fn mapped_bytes() -> u64 {
    MAPPED.load(Ordering::Relaxed)
}

/// Maps `bytes` of zeroed memory; only what is touched becomes resident. `None` when the system
/// refuses.
pub(super) fn map_zeroed(bytes: usize) -> Option<NonNull<u8>> {
    let access = libc::PROT_READ | libc::PROT_WRITE;
    let kind = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
    // SAFETY: a new anonymous mapping at an address of the system's choice touches no memory of
    // the program's.
    let pages = unsafe { libc::mmap(std::ptr::null_mut(), bytes, access, kind, -1, 0) };
    if pages == libc::MAP_FAILED {
        return None;
    }
    MAPPED.fetch_add(bytes as u64, Ordering::Relaxed);
    NonNull::new(pages.cast())
}
