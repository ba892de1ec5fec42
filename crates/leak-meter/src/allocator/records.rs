//! The return addresses of each call stack, by the number of its site.
//!
//! Every word is atomic. The count is stored last: a reader that finds it finds the addresses too, and one
//! that comes earlier finds an empty record. A record that another stack gets is emptied first, and a
//! reader who was overtaken by that finds it empty as well.

use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicU64, AtomicUsize, Ordering, fence};

use super::memory;
use super::sites::MOST_SITES;

/// Frames kept of a call stack, from the innermost.
pub(super) const MOST_FRAMES: usize = 64;

const COUNT_BITS: u32 = 8;

/// One call stack. Zeroed memory is an empty one.
#[repr(C)]
struct Record {
    /// How many of the addresses were written, and above [`COUNT_BITS`] when: after how many renewals of the
    /// table.
    state: AtomicU64,
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
    // SAFETY: `prepare` mapped `MOST_SITES` zeroed records, which are valid, and published them
    // with the store that the load saw. They stay mapped, and all their words are atomic.
    Some(unsafe { &*records.add(site) })
}

/// Writes the addresses of a site that was given to this thread alone, after that many renewals.
pub(super) fn keep(site: usize, renewals: u32, frames: &[usize]) {
    let Some(record) = record(site) else { return };
    let born = u64::from(renewals) << COUNT_BITS;
    record.state.store(born, Ordering::Relaxed);
    // A reader of one of the words below finds the record emptied when it checks again.
    fence(Ordering::Release);
    let mut count = 0;
    for (place, address) in record.addresses.iter().zip(frames) {
        place.store(*address, Ordering::Relaxed);
        count += 1;
    }
    // Pairs with the first load in `addresses`.
    record.state.store(born | count, Ordering::Release);
}

/// The addresses of a site, innermost first; empty while they are not written.
pub(super) fn addresses(site: usize) -> Vec<usize> {
    let Some(record) = record(site) else { return Vec::new() };
    let state = record.state.load(Ordering::Acquire);
    let count = usize::from(state.to_le_bytes()[0]).min(MOST_FRAMES);
    let words = record.addresses[..count].iter().map(|address| address.load(Ordering::Relaxed));
    let addresses = words.collect();
    fence(Ordering::Acquire);
    if record.state.load(Ordering::Relaxed) == state { addresses } else { Vec::new() }
}

/// After how many renewals of the table the site got its stack.
pub(super) fn born(site: usize) -> u32 {
    let state = record(site).map_or(0, |record| record.state.load(Ordering::Relaxed));
    u32::try_from(state >> COUNT_BITS).unwrap_or(u32::MAX)
}
