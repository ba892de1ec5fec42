//! The return addresses of each call stack, by the number of its site.
//!
//! Every word is atomic, and the count is stored last: a reader that finds it finds the addresses too,
//! and one that comes earlier finds an empty record.

use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};

use super::memory;
use super::sites::MOST_SITES;

/// Frames kept of a call stack, from the innermost.
pub(super) const MOST_FRAMES: usize = 64;

/// One call stack. Zeroed memory is an empty one.
#[repr(C)]
struct Record {
    /// How many of the addresses were written.
    count: AtomicUsize,
    addresses: [AtomicUsize; MOST_FRAMES],
}

/// `MOST_SITES` records; null until [`prepare`].
static RECORDS: AtomicPtr<Record> = AtomicPtr::new(ptr::null_mut());

/// Reserves the memory. `false` when the system refuses it.
pub(super) fn prepare() -> bool {
    if !RECORDS.load(Ordering::Acquire).is_null() {
        return true;
    }
    let Some(pages) = memory::map_zeroed(MOST_SITES * size_of::<Record>()) else {
        return false;
    };
    // A second thread that came first keeps its pages; these stay unused and untouched.
    let _ = RECORDS.compare_exchange(
        ptr::null_mut(),
        pages.as_ptr().cast(),
        Ordering::AcqRel,
        Ordering::Acquire,
    );
    true
}

fn record(site: usize) -> Option<&'static Record> {
    let records = RECORDS.load(Ordering::Acquire);
    if records.is_null() || site >= MOST_SITES {
        return None;
    }
    // SAFETY: `prepare` mapped `MOST_SITES` records, zeroed, which are valid ones, and published them
    // by the store that was read above. They stay mapped, and all their words are atomic.
    Some(unsafe { &*records.add(site) })
}

/// Writes the addresses of a site that was given to this thread alone.
pub(super) fn keep(site: usize, frames: &[usize]) {
    let Some(record) = record(site) else { return };
    let count = frames.len().min(MOST_FRAMES);
    for (place, address) in record.addresses.iter().zip(frames) {
        place.store(*address, Ordering::Relaxed);
    }
    // Pairs with the load in `addresses`.
    record.count.store(count, Ordering::Release);
}

/// The addresses of a site, innermost first; empty while they are not written.
pub(super) fn addresses(site: usize) -> Vec<usize> {
    let Some(record) = record(site) else { return Vec::new() };
    let count = record.count.load(Ordering::Acquire).min(MOST_FRAMES);
    record.addresses[..count].iter().map(|address| address.load(Ordering::Relaxed)).collect()
}
