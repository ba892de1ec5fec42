//! The counters of one thread, for each site.

#[cfg(feature = "sites")]
use std::cell::UnsafeCell;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use super::counts::Counters;
use super::site_id::{MOST_SITES, SiteId};
#[cfg(feature = "sites")]
use super::stack_cache::StackCache;

/// Sites whose counters share one bit in `used`: about a page of counters.
const GROUP: usize = 64;
const GROUPS: usize = MOST_SITES.div_ceil(GROUP);

/// Sites whose counters fit in the first page of a table.
const PACKED: usize = 16;

/// How many slots a thread may search for packed counters that are not in their site's own slot. After that, such
/// sites use the indexed counters, which may take another page.
const MOST_SEARCHES: u32 = 256;

/// One thread's counts and its stack cache. Zeroed memory is an empty table. It takes no memory until it is
/// written to: a thread that allocates from few call sites takes one page.
#[repr(C)]
pub(super) struct Table {
    /// A bit for each group of indexed counters; set if one of them is in use.
    used: [AtomicU64; GROUPS.div_ceil(64)],
    /// The extra memory of over-aligned blocks: those that this thread allocated minus those that it freed,
    /// wrapping.
    pub(super) padded_blocks: AtomicU64,
    pub(super) padding: AtomicU64,
    /// How often the packed counters were searched.
    searches: AtomicU32,
    /// The counters of the first sites, each in its own slot or the next free one. Unused in the shared table.
    packed: [PackedCounters; PACKED],
    /// Used only by the thread that owns the table; unused in the shared table.
    #[cfg(feature = "sites")]
    pub(super) stack_cache: UnsafeCell<StackCache>,
    /// The counters of all other sites, indexed by site number.
    indexed: [IndexedCounters; MOST_SITES],
}

/// The counters of the site that occupies this slot.
#[repr(align(64))]
struct PackedCounters {
    /// The site's number, or 0. The first slot always belongs to [`SiteId::UNKNOWN`], whose number is 0; any
    /// other slot with a 0 is free.
    site: AtomicU32,
    counters: Counters,
}

/// The counters of the site whose number is their index.
#[repr(align(64))]
struct IndexedCounters(Counters);

// SAFETY: the other fields are atomic; `stack_cache` is used only by the thread that has the table in `OWN`.
unsafe impl Sync for Table {}

impl Table {
    /// The counters of [`SiteId::UNKNOWN`] in this thread's table.
    #[inline]
    pub(super) fn unattributed(&self) -> &Counters {
        &self.packed[0].counters
    }

    /// The counters of a site in this thread's table, if they are in use already.
    #[inline]
    pub(super) fn counters_in_use(&self, site: SiteId) -> Option<&Counters> {
        let packed = &self.packed[site.index() % PACKED];
        if packed.site.load(Ordering::Relaxed) == site.0 {
            return Some(&packed.counters);
        }
        let site = site.index() % MOST_SITES;
        self.is_used(site / GROUP).then(|| &self.indexed[site].0)
    }

    /// The counters of a site in this thread's table, marked as in use.
    pub(super) fn own_counters(&self, site: SiteId) -> &Counters {
        if site == SiteId::UNKNOWN {
            return self.unattributed();
        }
        let home = site.index() % PACKED;
        // In one atomic step, because a signal handler may allocate too.
        let takes = |packed: &PackedCounters| {
            let taken =
                packed.site.compare_exchange(0, site.0, Ordering::Relaxed, Ordering::Relaxed);
            taken.map_or_else(|other| other == site.0, |_| true)
        };
        let may_search =
            |slot| slot == home || self.searches.fetch_add(1, Ordering::Relaxed) < MOST_SEARCHES;
        let slots = (home..home + PACKED).map(|slot| slot % PACKED);
        let packed = slots
            .filter(|slot| *slot != 0 && may_search(*slot))
            .map(|slot| &self.packed[slot])
            .find(|packed| takes(packed));
        packed.map_or_else(|| self.indexed_counters(site), |packed| &packed.counters)
    }

    /// The indexed counters of a site, marked as in use.
    pub(super) fn indexed_counters(&self, site: SiteId) -> &Counters {
        let site = site.index() % MOST_SITES;
        let group = site / GROUP;
        self.used[group / 64].fetch_or(1 << (group % 64), Ordering::Relaxed);
        &self.indexed[site].0
    }

    /// All counters of a site that are in use.
    pub(super) fn used_counters(&self, site: usize) -> impl Iterator<Item = &Counters> {
        let is_its =
            move |packed: &&PackedCounters| packed.site.load(Ordering::Relaxed) as usize == site;
        let first = if site == 0 { 1 } else { PACKED };
        let packed = self.packed[..first].iter().filter(is_its).map(|packed| &packed.counters);
        packed.chain(self.is_used(site / GROUP).then(|| &self.indexed[site].0))
    }

    /// All counters in use, with the numbers of their sites. A site may appear twice, and unused counters, which
    /// are zero, may be included.
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

    #[inline]
    fn is_used(&self, group: usize) -> bool {
        self.used[group / 64].load(Ordering::Relaxed) & 1 << (group % 64) != 0
    }
}
