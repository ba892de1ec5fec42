//! The object that contains the meter, an executable or a shared library, and the addresses of its code.

#[cfg(all(unix, not(target_os = "linux")))]
#[path = "text_segment/dladdr.rs"]
mod system;
#[cfg(target_os = "linux")]
#[path = "text_segment/linux.rs"]
mod system;
#[cfg(windows)]
#[path = "text_segment/windows.rs"]
mod system;
#[cfg(unix)]
mod unix;

use std::sync::atomic::{AtomicUsize, Ordering};

pub(super) use system::find;
#[cfg(windows)]
pub(crate) use system::library;
#[cfg(unix)]
pub(crate) use unix::library;
#[cfg(unix)]
pub(super) use unix::pin;

static LOW: AtomicUsize = AtomicUsize::new(0);
static HIGH: AtomicUsize = AtomicUsize::new(usize::MAX);
/// The load offset; `usize::MAX` until it is known.
static OFFSET: AtomicUsize = AtomicUsize::new(usize::MAX);

/// The difference between addresses in memory and addresses in the file of the meter's object; `None`
/// until [`start`](super::start) has found it. On Windows, the address at which the object begins: addresses in
/// its file count from there.
#[cfg(feature = "sites")]
pub(crate) fn load_offset() -> Option<usize> {
    let offset = OFFSET.load(Ordering::Relaxed);
    (offset != usize::MAX).then_some(offset)
}

/// Whether an address is in the code of the meter's object.
#[cfg(feature = "sites")]
#[inline]
pub(crate) fn contains(address: usize) -> bool {
    address >= LOW.load(Ordering::Relaxed) && address < HIGH.load(Ordering::Relaxed)
}
