//! Pages from Windows.

use std::ptr::{self, NonNull};

use windows_sys::Win32::System::Memory::{MEM_COMMIT, MEM_RESERVE, PAGE_READWRITE, VirtualAlloc};

/// New zeroed pages. None of them takes memory before it is touched, but the system counts all of them as
/// committed, that is, it guarantees that there will be room for them.
pub(super) fn pages(bytes: usize) -> Option<NonNull<u8>> {
    // SAFETY: new pages at an address that the system chooses do not touch any memory of the program.
    let pages =
        unsafe { VirtualAlloc(ptr::null(), bytes, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE) };
    NonNull::new(pages.cast())
}
