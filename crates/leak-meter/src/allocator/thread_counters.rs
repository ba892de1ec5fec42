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

use super::counts::Counters;
use super::memory;
use super::site_id::{MOST_SITES, SiteId};
#[cfg(feature = "sites")]
use super::stack_cache::StackCache;
use super::text_segment;

/// Tables, the shared one included. More threads than this at one time share table 0.
const MOST_TABLES: usize = 256;
const SHARED: usize = 0;

/// Sites whose counters are marked as used together: about a page of them.
const GROUP: usize = 64;
const GROUPS: usize = MOST_SITES.div_ceil(GROUP);

/// Sites whose counters have room in the first page of a table.
const PACKED: usize = 16;

/// One thread's counts, and what it remembers of its stacks. Zeroed memory is an empty one, and costs
/// nothing until it is written to: a thread that allocates at few places takes one page.
#[repr(C)]
pub(super) struct Table {
    /// A bit for each group of indexed counters of which one is in use.
    used: [AtomicU64; GROUPS.div_ceil(64)],
    /// What the thread's over-aligned blocks take in addition; less what it freed of others, wrapping.
    pub(super) padded_blocks: AtomicU64,
    pub(super) padding: AtomicU64,
    /// The counters of the sites that were first to take their places. Unused in the shared table.
    packed: [PackedCounters; PACKED],
    /// Of the thread that the table belongs to alone; unused in the shared table.
    #[cfg(feature = "sites")]
    stack_cache: UnsafeCell<StackCache>,
    /// The counters of the other sites, by their numbers.
    indexed: [IndexedCounters; MOST_SITES],
}

/// Counters of one of the sites that share a place.
#[repr(align(64))]
struct PackedCounters {
    /// The site's number, or 0: the first place always belongs to [`SiteId::UNKNOWN`], whose number that is,
    /// and each other place is then free.
    site: AtomicU32,
    counters: Counters,
}

/// Counters of the site whose number is their index.
#[repr(align(64))]
struct IndexedCounters(Counters);

// SAFETY: the other fields are atomic; `stack_cache` is used by the one thread that has the table in `OWN`.
unsafe impl Sync for Table {}

impl Table {
    /// The counters of a site in this thread's table, if they are in use already.
    #[inline]
    fn counters_in_use(&self, site: SiteId) -> Option<&Counters> {
        let packed = &self.packed[site.index() % PACKED];
        if packed.site.load(Ordering::Relaxed) == site.0 {
            return Some(&packed.counters);
        }
        let site = site.index() % MOST_SITES;
        self.is_used(site / GROUP).then(|| &self.indexed[site].0)
    }

    /// The counters of a site in this thread's table, marked as in use.
    fn own_counters(&self, site: SiteId) -> &Counters {
        let place = site.index() % PACKED;
        let packed = &self.packed[place];
        // In one step, because a signal's handler may allocate, too.
        let taken =
            || packed.site.compare_exchange(0, site.0, Ordering::Relaxed, Ordering::Relaxed);
        let is_packed = place != 0 && taken().map_or_else(|other| other == site.0, |_| true);
        if is_packed { &packed.counters } else { self.indexed_counters(site) }
    }

    /// The indexed counters of a site, marked as in use.
    fn indexed_counters(&self, site: SiteId) -> &Counters {
        let site = site.index() % MOST_SITES;
        let group = site / GROUP;
        self.used[group / 64].fetch_or(1 << (group % 64), Ordering::Relaxed);
        &self.indexed[site].0
    }

    /// The counters of a site that are in use.
    pub(super) fn used_counters(&self, site: usize) -> impl Iterator<Item = &Counters> {
        let packed = &self.packed[site % PACKED];
        let is_packed = packed.site.load(Ordering::Relaxed) as usize == site;
        let packed = is_packed.then_some(&packed.counters);
        packed.into_iter().chain(self.is_used(site / GROUP).then(|| &self.indexed[site].0))
    }

    /// All counters in use, with the numbers of their sites. A site may appear twice, and unused counters, which
    /// are zero, may be among them.
    pub(super) fn each_used(&self) -> impl Iterator<Item = (usize, &Counters)> {
        let packed = self
            .packed
            .iter()
            .map(|packed| (packed.site.load(Ordering::Relaxed) as usize, &packed.counters));
        let groups = (0..GROUPS).filter(|group| self.is_used(*group));
        let indexed = groups.flat_map(|group| {
            let first = group * GROUP;
            (first..).zip(&self.indexed[first..MOST_SITES.min(first + GROUP)])
        });
        packed.chain(indexed.map(|(site, indexed)| (site, &indexed.0)))
    }

    fn is_used(&self, group: usize) -> bool {
        self.used[group / 64].load(Ordering::Relaxed) & 1 << (group % 64) != 0
    }
}

static TABLES: [AtomicPtr<Table>; MOST_TABLES] =
    [const { AtomicPtr::new(ptr::null_mut()) }; MOST_TABLES];
static TAKEN: [AtomicBool; MOST_TABLES] = [const { AtomicBool::new(false) }; MOST_TABLES];

thread_local! {
    /// This thread's own table; null until its first allocation, and while it counts in the shared one.
    static OWN: Cell<*const Table> = const { Cell::new(ptr::null()) };
    /// Whether this thread counts in the shared table.
    static SHARES: Cell<bool> = const { Cell::new(false) };
}

/// Adds to a number.
type Add = fn(&AtomicU64, u64);

#[inline]
pub(super) fn count_allocation(site: SiteId, size: usize) {
    count(site, |counters, add| {
        add(&counters.allocated_bytes, size as u64);
        add(&counters.allocations, 1);
    });
}

#[inline]
pub(super) fn count_deallocation(site: SiteId, size: usize) {
    count(site, |counters, add| {
        add(&counters.deallocated_bytes, size as u64);
        add(&counters.deallocations, 1);
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

/// Counts what over-aligned blocks take in addition; both numbers may be negative, as wrapping ones. To be
/// called after the block itself was counted, which gives the thread its table.
#[cold]
#[inline(never)] // Kept out of the hooks, which then save no registers for it.
pub(super) fn count_padding(blocks: u64, bytes: u64) {
    let own = OWN.get();
    // SAFETY: a table is mapped for ever.
    let (table, add): (_, Add) = match unsafe { own.as_ref() } {
        Some(table) => (Some(table), add_alone),
        None => (shared(), add_shared),
    };
    if let Some(table) = table {
        add(&table.padded_blocks, blocks);
        add(&table.padding, bytes);
    }
}

/// Adds to a number that only this thread writes: one plain instruction, not a locked one.
#[inline]
fn add_alone(number: &AtomicU64, more: u64) {
    number.store(number.load(Ordering::Relaxed).wrapping_add(more), Ordering::Relaxed);
}

fn add_shared(number: &AtomicU64, more: u64) {
    number.fetch_add(more, Ordering::Relaxed);
}

/// Counts by `work`.
#[inline]
fn count(site: SiteId, work: impl Fn(&Counters, Add)) {
    // SAFETY: a table is mapped for ever.
    let own = unsafe { OWN.get().as_ref() };
    match own.and_then(|table| table.counters_in_use(site)) {
        Some(counters) => work(counters, add_alone),
        None => count_elsewhere(site, work),
    }
}

/// Counts in counters that were not in use so far, or in the shared table.
#[cold]
#[inline(never)] // Kept out of the hooks, which then save no registers for it.
fn count_elsewhere(site: SiteId, work: impl Fn(&Counters, Add)) {
    if OWN.get().is_null() && !SHARES.get() {
        match claim() {
            Some(index) => on_thread_exit(index),
            None => SHARES.set(true),
        }
    }
    // SAFETY: a table is mapped for ever.
    if let Some(table) = unsafe { OWN.get().as_ref() } {
        work(table.own_counters(site), add_alone);
    } else if let Some(table) = shared() {
        // Without even that the system has no memory left; the program will hear so itself.
        work(table.indexed_counters(site), add_shared);
    }
}

/// What this thread remembers of its stacks; `None` for a thread without a table of its own.
#[cfg(feature = "sites")]
#[inline]
pub(super) fn stack_cache() -> Option<*mut StackCache> {
    // SAFETY: a table is mapped for ever.
    unsafe { OWN.get().as_ref() }.map(|table| table.stack_cache.get())
}

/// Makes a free table this thread's own, and returns its number.
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
    // SAFETY: the table is taken, and not in `OWN` yet: nobody else has what it remembers.
    unsafe {
        (*(*table).stack_cache.get()).forget();
    }
    OWN.set(table);
    Some(index)
}

/// The table that threads without one of their own share; `None` if the system has no memory for it.
fn shared() -> Option<&'static Table> {
    // SAFETY: a table is mapped for ever.
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
    if !text_segment::pin() {
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
        // SAFETY: a published table is mapped for ever, and all its fields are atomic.
        (!table.is_null()).then(|| unsafe { &*table })
    })
}
