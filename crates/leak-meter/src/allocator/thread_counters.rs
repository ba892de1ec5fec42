//! Assigns a table to each thread. A thread counts in its own table with plain loads and stores.
//!
//! A table belongs to one thread at a time. It outlives that thread with its counts, and the next thread
//! takes it over. Table 0 is shared and uses atomic additions. It serves threads that found no free table,
//! and threads that are being torn down.

use std::ffi::c_void;
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU64, Ordering};

use super::counter_table::Table;
use super::counts::Counters;
use super::site_id::SiteId;
#[cfg(feature = "sites")]
use super::stack_cache::StackCache;
use super::thread_cell::thread_cell;
use super::{memory, thread_exit};

/// The number of tables, including the shared one. Any further threads share table 0.
const MOST_TABLES: usize = 256;
const SHARED: usize = 0;

static TABLES: [AtomicPtr<Table>; MOST_TABLES] =
    [const { AtomicPtr::new(ptr::null_mut()) }; MOST_TABLES];
static TAKEN: [AtomicBool; MOST_TABLES] = [const { AtomicBool::new(false) }; MOST_TABLES];

thread_cell! {
    /// This thread's own table; null before its first allocation, and while it uses the shared table.
    static OWN: *const Table;
    /// Whether this thread uses the shared table.
    static SHARES: bool;
}

/// Adds to a counter.
type Add = fn(&AtomicU64, u64);

#[inline]
pub(super) fn count_allocation(site: SiteId, size: usize) {
    count(site, move |counters, add| {
        add(&counters.allocated_bytes, size as u64);
        add(&counters.allocations, 1);
    });
}

/// Counts an allocation of [`SiteId::UNKNOWN`], if this thread has a table of its own already.
#[inline]
pub(super) fn count_unattributed(size: usize) -> bool {
    let Some(table) = own() else { return false };
    let counters = table.unattributed();
    add_alone(&counters.allocated_bytes, size as u64);
    add_alone(&counters.allocations, 1);
    true
}

/// Counts a deallocation of the block whose site `take` returns.
///
/// PERF: the thread's table is looked up first. On some systems that is a call, across which less has to be saved.
#[inline]
pub(super) fn count_deallocation(take: impl FnOnce() -> SiteId, size: usize) {
    let own = own();
    count_in(own, take(), move |counters, add| {
        add(&counters.deallocated_bytes, size as u64);
        add(&counters.deallocations, 1);
    });
}

#[inline]
pub(super) fn count_reallocation(site: SiteId, old_size: usize, new_size: usize) {
    count(site, move |counters, add| {
        if new_size >= old_size {
            add(&counters.allocated_bytes, (new_size - old_size) as u64);
        } else {
            add(&counters.deallocated_bytes, (old_size - new_size) as u64);
        }
        add(&counters.reallocations, 1);
    });
}

/// Moves a block of `size` bytes from [`SiteId::UNKNOWN`] to `site`.
#[cfg(feature = "sites")]
#[cold]
pub(super) fn count_adoption(site: SiteId, size: usize) {
    for side in [SiteId::UNKNOWN, site] {
        count(side, |counters, add| {
            add(&counters.adopted_bytes, size as u64);
            add(&counters.adopted, 1);
        });
    }
}

/// Counts the extra memory of over-aligned blocks. Both numbers may be negative, as wrapping values. Must
/// be called after the block itself was counted, since that gives the thread its table.
#[cold]
#[inline(never)] // Kept out of the hooks, so that they need not save registers for it.
pub(super) fn count_padding(blocks: u64, bytes: u64) {
    let (table, add): (_, Add) = match own() {
        Some(table) => (Some(table), add_alone),
        None => (shared(), add_shared),
    };
    if let Some(table) = table {
        add(&table.padded_blocks, blocks);
        add(&table.padding, bytes);
    }
}

/// Adds to a counter that only this thread writes, without a locked instruction.
#[inline]
fn add_alone(number: &AtomicU64, more: u64) {
    number.store(number.load(Ordering::Relaxed).wrapping_add(more), Ordering::Relaxed);
}

fn add_shared(number: &AtomicU64, more: u64) {
    number.fetch_add(more, Ordering::Relaxed);
}

/// Applies `work` to the counters of `site`.
#[inline]
fn count(site: SiteId, work: impl Fn(&Counters, Add)) {
    count_in(own(), site, work);
}

/// Applies `work` to the counters of `site`, in this thread's table if it has one.
#[inline]
fn count_in(own: Option<&Table>, site: SiteId, work: impl Fn(&Counters, Add)) {
    match own.and_then(|table| table.counters_in_use(site)) {
        Some(counters) => work(counters, add_alone),
        None => count_elsewhere(site, work),
    }
}

/// Applies `work` to counters that were not in use yet, or to those of the shared table.
#[cold]
#[inline(never)] // Kept out of the hooks, so that they need not save registers for it.
fn count_elsewhere(site: SiteId, work: impl Fn(&Counters, Add)) {
    if OWN.get().is_null() && !SHARES.get() {
        match claim() {
            // If the system cannot do that, the table stays taken, with its counts.
            Some(index) => thread_exit::call_at_exit(hand_on, index),
            None => SHARES.set(true),
        }
    }
    if let Some(table) = own() {
        work(table.own_counters(site), add_alone);
    } else if let Some(table) = shared() {
        // If this fails too, the system is out of memory, and the program will notice.
        work(table.indexed_counters(site), add_shared);
    }
}

/// This thread's stack cache; `None` for a thread without a table of its own.
#[cfg(feature = "sites")]
#[inline]
pub(super) fn stack_cache() -> Option<*mut StackCache> {
    own().map(|table| table.stack_cache.get())
}

/// This thread's own table.
#[inline]
fn own() -> Option<&'static Table> {
    // SAFETY: a table stays mapped forever.
    unsafe { OWN.get().as_ref() }
}

/// Assigns a free table to this thread and returns its number.
fn claim() -> Option<usize> {
    let index = (1..MOST_TABLES).find(|index| {
        let taken = &TAKEN[*index];
        !taken.load(Ordering::Relaxed)
            && taken.compare_exchange(false, true, Ordering::Acquire, Ordering::Relaxed).is_ok()
    })?;
    let Some(table) = mapped(index) else {
        TAKEN[index].store(false, Ordering::Release);
        return None;
    };
    #[cfg(feature = "sites")]
    // SAFETY: the table is taken and not in `OWN` yet, so no other code refers to its cache.
    unsafe {
        (*(*table).stack_cache.get()).forget();
    }
    OWN.set(table);
    Some(index)
}

/// The table shared by threads without one of their own; `None` if the system has no memory for it.
fn shared() -> Option<&'static Table> {
    // SAFETY: a table stays mapped forever.
    mapped(SHARED).map(|table| unsafe { &*table })
}

fn mapped(index: usize) -> Option<*const Table> {
    let place = &TABLES[index];
    let known = place.load(Ordering::Acquire);
    if !known.is_null() {
        return Some(known);
    }
    let new: *mut Table = memory::map_zeroed(size_of::<Table>())?.as_ptr().cast();
    match place.compare_exchange(ptr::null_mut(), new, Ordering::AcqRel, Ordering::Acquire) {
        Ok(_) => Some(new),
        Err(first) => Some(first), // Only the shared table can be mapped by two threads at once.
    }
}

/// Called when the thread ends. Its later allocations and deallocations are counted in the shared table,
/// and its own table becomes free for the next thread.
extern "C" fn hand_on(index: *mut c_void) {
    OWN.set(ptr::null());
    SHARES.set(true);
    if let Some(taken) = TAKEN.get(index.addr()) {
        taken.store(false, Ordering::Release);
    }
}

/// All tables so far.
pub(super) fn tables() -> impl Iterator<Item = &'static Table> {
    TABLES.iter().filter_map(|place| {
        let table = place.load(Ordering::Acquire);
        // SAFETY: a published table stays mapped forever, and all its fields are atomic.
        (!table.is_null()).then(|| unsafe { &*table })
    })
}
