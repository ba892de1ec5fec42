//! The table of call sites: from the hash of a call stack to a small number.
//!
//! Open addressing in one fixed table. An entry is one word, the upper 48 bits of the hash and the
//! site's 16-bit number, and is published by one compare-and-swap after the frames were written, so
//! a reader needs no lock and never waits.

use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering};

use super::records;

/// A call site, or one of the fixed ones. Numbers are dense, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SiteId(pub(super) u32);

impl SiteId {
    /// Blocks allocated while call sites were not looked for.
    pub const UNKNOWN: Self = Self(0);
    /// The meter's own blocks.
    pub const METER: Self = Self(1);
    /// Blocks whose site did not fit into the table any more.
    pub const OVERFLOW: Self = Self(2);
    /// Blocks allocated on a stack that is not the thread's own (a signal's, a coroutine's).
    pub const FOREIGN_STACK: Self = Self(3);

    /// The site with this number.
    pub(crate) fn of_index(index: u32) -> Self {
        Self(index)
    }

    /// Whether this is the site of a call stack, and not one of the fixed ones.
    pub(super) fn is_call_stack(self) -> bool {
        self.0 >= FIXED_SITES
    }

    /// The number, for indexing.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

const FIXED_SITES: u32 = 4;
/// Sites that fit, the fixed ones included. The real programs that were looked at have a few
/// thousand call stacks.
pub(super) const MOST_SITES: usize = 16_384;

const TABLE: usize = 2 * MOST_SITES;
static ENTRIES: [AtomicU64; TABLE] = [const { AtomicU64::new(0) }; TABLE];
static NEXT: AtomicU32 = AtomicU32::new(FIXED_SITES);
static REFUSED: AtomicUsize = AtomicUsize::new(0);

const ID_BITS: u32 = 16;
const ID_MASK: u64 = (1 << ID_BITS) - 1;

/// The site with this hash, if there is one.
#[inline]
pub(super) fn find(hash: u64) -> Option<SiteId> {
    match look(hash) {
        Place::Taken(site) => Some(site),
        Place::Free(_) | Place::None => None,
    }
}

/// The site with this hash; a new one, of `frames`, if there was none.
#[cold]
pub(super) fn find_or_insert(hash: u64, frames: &[usize]) -> SiteId {
    match look(hash) {
        Place::Taken(site) => return site,
        Place::None => return refused(),
        Place::Free(_) => {}
    }
    let id = NEXT.fetch_add(1, Ordering::Relaxed);
    if id as usize >= MOST_SITES {
        // Held at the limit, so that it cannot come round to 0.
        NEXT.store(id, Ordering::Relaxed);
        return refused();
    }
    records::keep(id as usize, frames);
    // Where another thread inserted the same site first, ours stays unused, without counts.
    publish(hash, SiteId(id))
}

/// Lets another hash stand for `site` too.
#[cold]
pub(super) fn alias(hash: u64, site: SiteId) {
    publish(hash, site);
}

/// Where a hash stands in the table, or would.
enum Place {
    Taken(SiteId),
    Free(usize),
    None,
}

#[inline]
fn look(hash: u64) -> Place {
    let key = hash & !ID_MASK;
    let mut at = (hash >> 33) as usize % TABLE;
    for _ in 0..TABLE {
        let entry = ENTRIES[at].load(Ordering::Acquire);
        if entry == 0 {
            return Place::Free(at);
        }
        if entry & !ID_MASK == key {
            return Place::Taken(SiteId((entry & ID_MASK) as u32));
        }
        at = (at + 1) % TABLE;
    }
    Place::None
}

/// Enters `site` under `hash`, and returns the site that stands there now.
fn publish(hash: u64, site: SiteId) -> SiteId {
    loop {
        match look(hash) {
            Place::Taken(first) => return first,
            Place::None => return refused(),
            Place::Free(at) => {
                let mine = (hash & !ID_MASK) | u64::from(site.0);
                let before =
                    ENTRIES[at].compare_exchange(0, mine, Ordering::AcqRel, Ordering::Acquire);
                if before.is_ok() {
                    return site;
                }
            }
        }
    }
}

fn refused() -> SiteId {
    REFUSED.fetch_add(1, Ordering::Relaxed);
    SiteId::OVERFLOW
}

/// How much of the table is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capacity {
    /// Sites in the table.
    pub used: usize,
    /// Sites that fit.
    pub most: usize,
    /// Allocations that found no place for their site.
    pub refused: usize,
}

/// How much of the table of sites is used.
pub fn capacity() -> Capacity {
    Capacity { used: known_sites(), most: MOST_SITES, refused: REFUSED.load(Ordering::Relaxed) }
}

/// One more than the highest number of any site so far.
pub fn known_sites() -> usize {
    (NEXT.load(Ordering::Acquire) as usize).min(MOST_SITES)
}

/// Every site so far, the fixed ones included.
#[allow(clippy::cast_possible_truncation)] // below MOST_SITES.
pub fn all_sites() -> impl Iterator<Item = SiteId> {
    (0..known_sites() as u32).map(SiteId)
}

/// The return addresses of a site's call stack, innermost first; empty for the fixed ones.
pub fn frames(site: SiteId) -> Vec<usize> {
    if site.index() >= known_sites() || !site.is_call_stack() {
        return Vec::new();
    }
    records::addresses(site.index())
}
