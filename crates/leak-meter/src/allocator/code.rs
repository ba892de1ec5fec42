//! Where the program's own code lies.

use std::sync::atomic::{AtomicUsize, Ordering};

static LOW: AtomicUsize = AtomicUsize::new(0);
static HIGH: AtomicUsize = AtomicUsize::new(usize::MAX);
/// The load offset; `usize::MAX` while unknown.
static OFFSET: AtomicUsize = AtomicUsize::new(usize::MAX);

/// How far from the addresses in its file the executable was loaded; `None` where that is not
/// known. Known after [`start`](super::start).
pub fn load_offset() -> Option<usize> {
    let offset = OFFSET.load(Ordering::Relaxed);
    (offset != usize::MAX).then_some(offset)
}

/// Whether an address lies in the executable's code.
#[inline]
pub(super) fn contains(address: usize) -> bool {
    address >= LOW.load(Ordering::Relaxed) && address < HIGH.load(Ordering::Relaxed)
}

#[cfg(target_os = "linux")]
pub(super) fn find() {
    use std::ffi::{c_int, c_void};

    /// Called for each loaded object; the first is the executable.
    unsafe extern "C" fn first(object: *mut libc::dl_phdr_info, _: usize, _: *mut c_void) -> c_int {
        // SAFETY: the system hands out a valid description, with `dlpi_phnum` headers.
        let (base, headers) = unsafe {
            let object = &*object;
            let count = usize::from(object.dlpi_phnum);
            (object.dlpi_addr, std::slice::from_raw_parts(object.dlpi_phdr, count))
        };
        let code = headers
            .iter()
            .filter(|header| header.p_type == libc::PT_LOAD && header.p_flags & libc::PF_X != 0);
        let (mut low, mut high) = (usize::MAX, 0);
        for header in code {
            #[allow(clippy::cast_possible_truncation)] // addresses of this process.
            let start = (base + header.p_vaddr) as usize;
            low = low.min(start);
            #[allow(clippy::cast_possible_truncation)]
            let end = start + header.p_memsz as usize;
            high = high.max(end);
        }
        if low < high {
            #[allow(clippy::cast_possible_truncation)]
            OFFSET.store(base as usize, Ordering::Relaxed);
            LOW.store(low, Ordering::Relaxed);
            HIGH.store(high, Ordering::Relaxed);
        }
        1
    }

    // SAFETY: the callback has the signature asked for and keeps nothing.
    unsafe { libc::dl_iterate_phdr(Some(first), std::ptr::null_mut()) };
}

/// Elsewhere every address counts as code; the walk ends where the list does.
#[cfg(not(target_os = "linux"))]
pub(super) fn find() {}
