//! The return addresses of each call stack, by site number.
//!
//! Every word is atomic. The count is stored last: a reader that sees the count also sees the addresses, and
//! an earlier reader sees an empty record. A record is emptied before it is assigned to another stack; a
//! reader that this overtakes sees it as empty too.

use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicU64, AtomicUsize, Ordering, fence};

use super::memory;
use super::sites::MOST_SITES;

/// The maximum number of frames stored for a call stack, starting at the innermost.
pub(super) const MOST_FRAMES: usize = 64;

const COUNT_BITS: u32 = 8;

/// One call stack. A zeroed record is empty.
#[repr(C)]
struct Record {
    /// The number of addresses written and, above [`COUNT_BITS`], the number of renewals of the table before
    /// that.
    state: AtomicU64,
    addresses: [AtomicUsize; MOST_FRAMES],
}

/// `MOST_SITES` records; null until [`prepare`].
static RECORDS: AtomicPtr<Record> = AtomicPtr::new(ptr::null_mut());

/// Reserves the memory. `false` if the system refuses it.
pub(super) fn prepare() -> bool {
    if !RECORDS.load(Ordering::Acquire).is_null() {
        return true;
    }
    let Some(pages) = memory::map_zeroed(MOST_SITES * size_of::<Record>()) else {
        return false;
    };
    // If another thread was first, its pages are used; these stay unused and untouched.
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
    // SAFETY: `prepare` mapped `MOST_SITES` zeroed records, which are valid, and published them with the
    // store that this load saw. They stay mapped, and all their words are atomic.
    Some(unsafe { &*records.add(site) })
}

/// Writes the addresses of a site that was assigned to this thread alone, after `renewals` renewals of the
/// table.
pub(super) fn keep(site: usize, renewals: u32, frames: &[usize]) {
    let Some(record) = record(site) else { return };
    let born = u64::from(renewals) << COUNT_BITS;
    record.state.store(born, Ordering::Relaxed);
    // A reader that sees one of the words below finds the record empty when it checks again.
    fence(Ordering::Release);
    let mut count = 0;
    for (place, address) in record.addresses.iter().zip(frames) {
        place.store(*address, Ordering::Relaxed);
        count += 1;
    }
    // Pairs with the first load in `addresses`.
    record.state.store(born | count, Ordering::Release);
}

/// The addresses of a site, innermost first; empty until they have been written.
pub(super) fn addresses(site: usize) -> Vec<usize> {
    let Some(record) = record(site) else { return Vec::new() };
    let state = record.state.load(Ordering::Acquire);
    let count = usize::from(state.to_le_bytes()[0]).min(MOST_FRAMES);
    let words = record.addresses[..count].iter().map(|address| address.load(Ordering::Relaxed));
    let addresses = words.collect();
    fence(Ordering::Acquire);
    if record.state.load(Ordering::Relaxed) == state { addresses } else { Vec::new() }
}

/// How many renewals of the table preceded the site's current stack.
pub(super) fn born(site: usize) -> u32 {
    let state = record(site).map_or(0, |record| record.state.load(Ordering::Relaxed));
    u32::try_from(state >> COUNT_BITS).unwrap_or(u32::MAX)
}
