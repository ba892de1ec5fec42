//! The table of call sites, which maps the hash of a call stack to a small number.
//!
//! It uses open addressing in one table of fixed size. An entry is one word: the upper 48 bits of the hash
//! and the site's 16-bit number. One compare-and-swap publishes it after the frames have been written, so a
//! reader needs no lock and never waits.
//!
//! When a soak begins and more than half of the table is in use, the table is [renewed](renew): stacks
//! without live blocks lose their numbers. The same happens when the search for call sites is started again.

use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering};

#[cfg(feature = "soak")]
use super::counts::SiteCounts;
use super::counts::{counts_of_site, counts_of_sites};
use super::frames::{SEED, mix};
use super::records;
pub use super::site_id::SiteId;
pub(super) use super::site_id::{FIXED_SITES, MOST_SITES};

const TABLE: usize = 2 * MOST_SITES;
static ENTRIES: [AtomicU64; TABLE] = [const { AtomicU64::new(0) }; TABLE];
/// Entries in use. Above three quarters no entry is added, because failed lookups would become slow.
static ENTERED: AtomicUsize = AtomicUsize::new(0);
const MOST_ENTRIES: usize = TABLE / 4 * 3;
static NEXT: AtomicU32 = AtomicU32::new(FIXED_SITES);
/// How many allocations had found no room for their site before the soak began.
static REFUSED_BEFORE: AtomicU64 = AtomicU64::new(0);

/// The numbers that the last renewal freed, and how many of them have been assigned again.
static FREED: [AtomicU32; MOST_SITES] = [const { AtomicU32::new(0) }; MOST_SITES];
static FREED_COUNT: AtomicUsize = AtomicUsize::new(0);
static REUSED: AtomicUsize = AtomicUsize::new(0);
static RENEWALS: AtomicU32 = AtomicU32::new(0);
/// For each number, how often blocks of its earlier stacks were resized.
static RESIZED_BEFORE: [AtomicU64; MOST_SITES] = [const { AtomicU64::new(0) }; MOST_SITES];

const ID_BITS: u32 = 16;
const ID_MASK: u64 = (1 << ID_BITS) - 1;

/// The site with this hash, if there is one.
#[inline]
pub(super) fn find(hash: u64) -> Option<SiteId> {
    match lookup(hash) {
        Lookup::Taken(site) => Some(site),
        Lookup::Free(_) | Lookup::Full => None,
    }
}

/// The site with this hash; if there was none, a new one with `frames`.
#[cold]
pub(super) fn find_or_insert(hash: u64, frames: &[usize]) -> SiteId {
    match lookup(hash) {
        Lookup::Taken(site) => return site,
        Lookup::Full => return SiteId::OVERFLOW,
        Lookup::Free(_) => {}
    }
    if is_full() {
        return SiteId::OVERFLOW;
    }
    let Some(id) = free_number() else { return SiteId::OVERFLOW };
    records::keep(id as usize, renewals(), frames);
    // If another thread inserted the same site first, this number stays unused and without counts.
    publish(hash, SiteId(id))
}

/// Makes another hash refer to `site` too.
#[cold]
pub(super) fn alias(hash: u64, site: SiteId) {
    if ENTERED.load(Ordering::Relaxed) < MOST_ENTRIES {
        publish(hash, site);
    }
}

/// Where a hash is in the table, or would be inserted.
enum Lookup {
    Taken(SiteId),
    Free(usize),
    /// The table is full.
    Full,
}

#[inline]
fn lookup(hash: u64) -> Lookup {
    let key = hash & !ID_MASK;
    let mut at = (hash >> 33) as usize % TABLE;
    for _ in 0..TABLE {
        let entry = ENTRIES[at].load(Ordering::Acquire);
        if entry == 0 {
            return Lookup::Free(at);
        }
        if entry & !ID_MASK == key {
            return Lookup::Taken(SiteId((entry & ID_MASK) as u32));
        }
        at = (at + 1) % TABLE;
    }
    Lookup::Full
}

/// Stores `site` under `hash` and returns the site that is now stored there.
fn publish(hash: u64, site: SiteId) -> SiteId {
    loop {
        match lookup(hash) {
            Lookup::Taken(first) => return first,
            Lookup::Full => return SiteId::OVERFLOW,
            Lookup::Free(at) => {
                let mine = (hash & !ID_MASK) | u64::from(site.0);
                let before =
                    ENTRIES[at].compare_exchange(0, mine, Ordering::AcqRel, Ordering::Acquire);
                if before.is_ok() {
                    ENTERED.fetch_add(1, Ordering::Relaxed);
                    return site;
                }
            }
        }
    }
}

/// A number that belongs to no stack.
fn free_number() -> Option<u32> {
    let freed = FREED_COUNT.load(Ordering::Acquire);
    let one_more = |used: usize| (used < freed).then_some(used + 1);
    if let Ok(used) = REUSED.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more) {
        return Some(FREED[used].load(Ordering::Relaxed));
    }
    let one_more = |next: u32| ((next as usize) < MOST_SITES).then_some(next + 1);
    NEXT.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more).ok()
}

/// Whether no more stacks can be added.
pub(super) fn is_full() -> bool {
    let no_number = NEXT.load(Ordering::Relaxed) as usize >= MOST_SITES
        && REUSED.load(Ordering::Relaxed) >= FREED_COUNT.load(Ordering::Relaxed);
    no_number || ENTERED.load(Ordering::Relaxed) >= MOST_ENTRIES
}

/// Numbers that belong to stacks, including the fixed ones.
fn in_use() -> usize {
    let free = FREED_COUNT.load(Ordering::Acquire).saturating_sub(REUSED.load(Ordering::Relaxed));
    known_sites() - free.min(known_sites())
}

/// Whether so much of the table is in use that it should be [renewed](renew).
pub(super) fn need_renewal() -> bool {
    in_use() > MOST_SITES / 2 || ENTERED.load(Ordering::Relaxed) > MOST_ENTRIES / 2
}

/// Starts the count of refused allocations anew.
pub(super) fn note_refused() {
    let refused = counts_of_site(SiteId::OVERFLOW).allocations;
    REFUSED_BEFORE.store(refused, Ordering::Relaxed);
}

/// Frees the numbers of stacks without live blocks. Only one thread may call this at a time, while the search
/// for call sites is off and no thread is adding one.
///
/// If another thread began an allocation before the search was switched off and has not counted it yet, the
/// allocation may be charged to the next stack that gets the number. The totals stay exact.
pub(super) fn renew() {
    // From here on, no thread gets a number from the old list.
    FREED_COUNT.store(0, Ordering::Release);
    REUSED.store(0, Ordering::Relaxed);
    RENEWALS.fetch_add(1, Ordering::Relaxed);
    for entry in &ENTRIES {
        entry.store(0, Ordering::Relaxed);
    }
    ENTERED.store(0, Ordering::Relaxed);
    let mut freed = 0;
    for (site, counts) in all_sites().zip(counts_of_sites()).skip(FIXED_SITES as usize) {
        let frames = records::addresses(site.index());
        if counts.live_blocks() > 0 && !frames.is_empty() {
            publish(frames.iter().fold(SEED, |hash, address| mix(hash, *address)), site);
        } else if counts.live_blocks() == 0 {
            RESIZED_BEFORE[site.index()].store(counts.reallocations, Ordering::Relaxed);
            FREED[freed].store(site.0, Ordering::Relaxed);
            freed += 1;
        }
    }
    FREED_COUNT.store(freed, Ordering::Release);
}

/// How often the table was renewed.
pub(super) fn renewals() -> u32 {
    RENEWALS.load(Ordering::Relaxed)
}

/// A generation of the table. It shows whether a site still refers to the same call stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Epoch(u32);

impl Epoch {
    pub(crate) fn now() -> Self {
        Self(renewals())
    }

    /// Whether the site has been assigned to another stack since then.
    pub(crate) fn is_before(self, site: SiteId) -> bool {
        site.is_call_stack() && records::born(site.index()) > self.0
    }
}

/// How often blocks of the site's current stack were resized.
#[cfg(feature = "soak")]
pub(crate) fn resized(site: SiteId, counts: &SiteCounts) -> u64 {
    let before = RESIZED_BEFORE.get(site.index()).map_or(0, |count| count.load(Ordering::Relaxed));
    counts.reallocations.saturating_sub(before)
}

/// How much of the table is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capacity {
    /// Sites in the table.
    pub used: usize,
    /// Sites that fit in the table.
    pub most: usize,
    /// Allocations that found no room for their site since the last soak began, or since the search for call
    /// sites was last started.
    pub refused: usize,
}

/// How much of the site table is used.
pub fn capacity() -> Capacity {
    let refused = counts_of_site(SiteId::OVERFLOW).allocations;
    let refused = refused.saturating_sub(REFUSED_BEFORE.load(Ordering::Relaxed));
    Capacity {
        used: in_use(),
        most: MOST_SITES,
        refused: usize::try_from(refused).unwrap_or(usize::MAX),
    }
}

/// One more than the highest site number so far.
pub fn known_sites() -> usize {
    (NEXT.load(Ordering::Acquire) as usize).min(MOST_SITES)
}

/// Every site so far, including the fixed ones.
#[allow(clippy::cast_possible_truncation)] // Below MOST_SITES.
pub fn all_sites() -> impl Iterator<Item = SiteId> {
    (0..known_sites() as u32).map(SiteId)
}

/// The return addresses of a site's call stack, innermost first; empty for a fixed site.
pub fn frames(site: SiteId) -> Vec<usize> {
    if site.index() >= known_sites() || !site.is_call_stack() {
        return Vec::new();
    }
    records::addresses(site.index())
}
