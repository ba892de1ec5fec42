//! The counts, by site: a table for each thread, so that counting is a plain load and store.
//!
//! A table belongs to one thread at a time and outlives it with its counts; the next thread takes
//! it over. Table 0 is shared, by atomic additions: by threads that found no table of their own,
//! and by a thread that is being torn down.

use std::cell::Cell;
#[cfg(feature = "sites")]
use std::cell::UnsafeCell;
use std::ffi::c_void;
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, AtomicU64, Ordering};

use super::code;
use super::counts::Counters;
use super::memory;
#[cfg(feature = "sites")]
use super::recent::Recent;
use super::site_id::{MOST_SITES, SiteId};

/// Tables, the shared one included. More threads than this at one time share table 0.
const MOST_TABLES: usize = 256;
const SHARED: usize = 0;

/// Sites whose counters are marked as used together: about a page of them.
const GROUP: usize = 64;
const GROUPS: usize = MOST_SITES.div_ceil(GROUP);

/// One thread's counts, and what it remembers of its stacks. Zeroed memory is an empty one, and costs
/// nothing until it is written to: a thread that allocates little takes one page, and two more while call
/// sites are looked for.
#[repr(C)]
pub(super) struct Table {
    /// A bit for each group of counters of which one is not zero.
    used: [AtomicU64; GROUPS.div_ceil(64)],
    /// What the thread's over-aligned blocks take in addition; less what it freed of others, wrapping.
    pub(super) padded_blocks: AtomicU64,
    pub(super) padding: AtomicU64,
    counters: [Counters; MOST_SITES],
    /// Of the thread that the table belongs to alone; unused in the shared table.
    #[cfg(feature = "sites")]
    recent: UnsafeCell<Recent>,
}

// SAFETY: the other fields are atomic; `recent` is used by the one thread that has the table in `OWN`
// and not in `SHARES`.
unsafe impl Sync for Table {}

impl Table {
    /// Says that the counters of a site are in use. Called when one of them leaves zero.
    #[cold]
    #[inline(never)] // Kept out of the hooks, which then save no registers for it.
    fn mark(&self, site: usize) {
        let group = site / GROUP;
        self.used[group / 64].fetch_or(1 << (group % 64), Ordering::Relaxed);
    }

    /// The counters of a site, if one of its group was ever used.
    pub(super) fn used_counters(&self, site: usize) -> Option<&Counters> {
        let group = site / GROUP;
        let used = self.used.get(group / 64)?.load(Ordering::Relaxed);
        (used & 1 << (group % 64) != 0).then(|| &self.counters[site])
    }

    /// The counters of each group that was ever used, with the sites' numbers.
    pub(super) fn each_used(&self) -> impl Iterator<Item = (usize, &Counters)> {
        let groups = (0..GROUPS).filter(|group| {
            let used = self.used[group / 64].load(Ordering::Relaxed);
            used & 1 << (group % 64) != 0
        });
        groups.flat_map(|group| {
            let first = group * GROUP;
            (first..).zip(&self.counters[first..MOST_SITES.min(first + GROUP)])
        })
    }
}

static TABLES: [AtomicPtr<Table>; MOST_TABLES] =
    [const { AtomicPtr::new(ptr::null_mut()) }; MOST_TABLES];
static TAKEN: [AtomicBool; MOST_TABLES] = [const { AtomicBool::new(false) }; MOST_TABLES];

thread_local! {
    /// This thread's table; null until its first allocation.
    static OWN: Cell<*const Table> = const { Cell::new(ptr::null()) };
    /// Whether this thread counts in the shared table.
    static SHARES: Cell<bool> = const { Cell::new(false) };
}

/// Adds to a number, and returns what it was.
type Add = fn(&AtomicU64, u64) -> u64;

#[inline]
pub(super) fn count_allocation(site: SiteId, size: usize) {
    count(site, |counters, add| {
        add(&counters.allocated_bytes, size as u64);
        add(&counters.allocations, 1) == 0
    });
}

#[inline]
pub(super) fn count_deallocation(site: SiteId, size: usize) {
    count(site, |counters, add| {
        add(&counters.deallocated_bytes, size as u64);
        add(&counters.deallocations, 1) == 0
    });
}

#[inline]
pub(super) fn count_reallocation(site: SiteId, old_size: usize, new_size: usize) {
    count(site, |counters, add| {
        if new_size >= old_size {
            add(&counters.allocated_bytes, (new_size - old_size) as u64);
        } else {
            add(&counters.deallocated_bytes, (old_size - new_size) as u64);
        }
        add(&counters.reallocations, 1) == 0
    });
}

/// Moves a block of `size` bytes from [`SiteId::UNKNOWN`] to `site`.
#[cfg(feature = "sites")]
#[cold]
pub(super) fn count_adoption(site: SiteId, size: usize) {
    for side in [SiteId::UNKNOWN, site] {
        count(side, |counters, add| {
            add(&counters.adopted_bytes, size as u64);
            add(&counters.adopted, 1) == 0
        });
    }
}

/// Counts what over-aligned blocks take in addition; both numbers may be negative, as wrapping ones. To be
/// called after the block itself was counted, which gives the thread its table.
#[cold]
#[inline(never)] // As `Table::mark`.
pub(super) fn count_padding(blocks: u64, bytes: u64) {
    let own = OWN.get();
    if own.is_null() {
        return;
    }
    // SAFETY: a table is mapped for ever once it is in `OWN`.
    let table = unsafe { &*own };
    let add: Add = if SHARES.get() { add_shared } else { add_alone };
    add(&table.padded_blocks, blocks);
    add(&table.padding, bytes);
}

/// Adds to a number that only this thread writes: two plain instructions, not a locked one.
#[inline]
fn add_alone(number: &AtomicU64, more: u64) -> u64 {
    let before = number.load(Ordering::Relaxed);
    number.store(before.wrapping_add(more), Ordering::Relaxed);
    before
}

fn add_shared(number: &AtomicU64, more: u64) -> u64 {
    number.fetch_add(more, Ordering::Relaxed)
}

/// Counts by `work`, which returns whether it was the first of its kind at the site.
#[inline]
fn count(site: SiteId, work: impl Fn(&Counters, Add) -> bool) {
    let own = OWN.get();
    if own.is_null() {
        return count_without_own(site, &work);
    }
    // SAFETY: a table is mapped for ever once it is in `OWN`.
    let table = unsafe { &*own };
    let site = site.index() % MOST_SITES;
    let counters = &table.counters[site];
    let first = if SHARES.get() { work(counters, add_shared) } else { work(counters, add_alone) };
    if first {
        table.mark(site);
    }
}

#[cold]
fn count_without_own(site: SiteId, work: &impl Fn(&Counters, Add) -> bool) {
    let (index, table) = claim();
    let Some(table) = table else {
        return; // The system has no memory left; the program will hear so itself.
    };
    OWN.set(table);
    SHARES.set(index == SHARED);
    #[cfg(feature = "sites")]
    if let Some(recent) = recent() {
        // SAFETY: `recent` returns only what belongs to this thread, and nobody borrows it now.
        unsafe { (*recent).forget() };
    }
    // SAFETY: `claim` returns mapped tables only.
    let table = unsafe { &*table };
    let site = site.index() % MOST_SITES;
    if work(&table.counters[site], add_shared) {
        table.mark(site);
    }
    if index != SHARED {
        on_thread_exit(index);
    }
}

/// What this thread remembers of its stacks; `None` for a thread without a table of its own.
#[cfg(feature = "sites")]
#[inline]
pub(super) fn recent() -> Option<*mut Recent> {
    let own = OWN.get();
    // SAFETY: a table is mapped for ever once it is in `OWN`.
    (!own.is_null() && !SHARES.get()).then(|| unsafe { (*own).recent.get() })
}

/// A free table, or the shared one.
fn claim() -> (usize, Option<*const Table>) {
    let free = (1..MOST_TABLES).find(|index| {
        let taken = &TAKEN[*index];
        !taken.load(Ordering::Relaxed)
            && taken.compare_exchange(false, true, Ordering::Acquire, Ordering::Relaxed).is_ok()
    });
    let index = free.unwrap_or(SHARED);
    match mapped(index) {
        Some(table) => (index, Some(table)),
        None => (SHARED, mapped(SHARED)),
    }
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
        Err(first) => Some(first), // Only the shared table can be mapped by two at once.
    }
}

/// The key whose destructor hands a thread's table on; 0 until made, then one more than the key.
static KEY: AtomicU32 = AtomicU32::new(0);

/// Asks the system to call [`hand_on`] when this thread ends. Not by a Rust thread-local with a
/// destructor: registering one may allocate.
fn on_thread_exit(index: usize) {
    let Some(key) = exit_key() else {
        return; // The table then stays taken, with its counts.
    };
    // SAFETY: the key was made by `pthread_key_create`; the value is a number, never dereferenced.
    unsafe { libc::pthread_setspecific(key, ptr::without_provenance(index)) };
}

fn exit_key() -> Option<libc::pthread_key_t> {
    let known = KEY.load(Ordering::Acquire);
    if known != 0 {
        return Some(known - 1);
    }
    if !code::pin() {
        return None; // The destructor must not be called once its code is gone.
    }
    let mut key = 0;
    // SAFETY: `key` is a place to write to; `hand_on` has the signature of a destructor.
    if unsafe { libc::pthread_key_create(&raw mut key, Some(hand_on)) } != 0 {
        return None;
    }
    match KEY.compare_exchange(0, key + 1, Ordering::AcqRel, Ordering::Acquire) {
        Ok(_) => Some(key),
        Err(first) => {
            // SAFETY: this key was made above and given to nobody.
            unsafe { libc::pthread_key_delete(key) };
            Some(first - 1)
        }
    }
}

/// The thread ends: what it still allocates and frees is counted in the shared table, and its own
/// table is free for the next thread.
unsafe extern "C" fn hand_on(index: *mut c_void) {
    let index = index.addr();
    if let (Some(shared), true) = (mapped(SHARED), index < MOST_TABLES) {
        OWN.set(shared);
        SHARES.set(true);
        TAKEN[index].store(false, Ordering::Release);
    }
}

/// All tables so far.
pub(super) fn tables() -> impl Iterator<Item = &'static Table> {
    TABLES.iter().filter_map(|place| {
        let table = place.load(Ordering::Acquire);
        // SAFETY: a published table is mapped for ever, and all its fields are atomic.
        (!table.is_null()).then(|| unsafe { &*table })
    })
}
