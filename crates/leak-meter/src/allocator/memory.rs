//! Zeroed pages from the system for the meter's tables. They are never freed.

#[cfg(unix)]
#[path = "memory/unix.rs"]
mod system;
#[cfg(windows)]
#[path = "memory/windows.rs"]
mod system;

#[cfg(feature = "sites")]
use std::ops::Range;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicUsize, Ordering};

/// An upper bound on the number of mappings: one table for each of 256 threads, and the sites'
/// frames.
const MOST: usize = 264;
static STARTS: [AtomicUsize; MOST] = [const { AtomicUsize::new(0) }; MOST];
static LENGTHS: [AtomicUsize; MOST] = [const { AtomicUsize::new(0) }; MOST];
static COUNT: AtomicUsize = AtomicUsize::new(0);

/// Where the meter's tables lie.
#[cfg(feature = "sites")]
pub(crate) fn mapped() -> impl Iterator<Item = Range<usize>> {
    let count = COUNT.load(Ordering::Acquire).min(MOST);
    let places = STARTS.iter().zip(&LENGTHS).take(count);
    places.map(|(start, length)| {
        let start = start.load(Ordering::Acquire);
        start..start + length.load(Ordering::Acquire)
    })
}

/// The address space reserved for the meter's tables, in bytes. Only pages that were touched take
/// memory.
#[cfg(feature = "sites")]
pub(crate) fn mapped_bytes() -> u64 {
    mapped().map(|range| range.len() as u64).sum()
}

/// Maps `bytes` of zeroed memory; a page becomes resident when it is first touched. `None` if the
/// system refuses.
pub(super) fn map_zeroed(bytes: usize) -> Option<NonNull<u8>> {
    let pages = system::pages(bytes)?;
    let place = COUNT.fetch_add(1, Ordering::AcqRel);
    if place < MOST {
        LENGTHS[place].store(bytes, Ordering::Release);
        STARTS[place].store(pages.addr().get(), Ordering::Release);
    }
    Some(pages)
}
