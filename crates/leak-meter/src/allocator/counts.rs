//! The counts: of one site in one table, and their sums over all tables.

use std::sync::atomic::{AtomicU64, Ordering};

use super::counter_table::Table;
use super::site_id::SiteId;
#[cfg(feature = "sites")]
use super::sites;
use super::thread_counters::tables;

/// The counts of one site in one table.
pub(super) struct Counters {
    pub(super) allocations: AtomicU64,
    pub(super) deallocations: AtomicU64,
    pub(super) reallocations: AtomicU64,
    pub(super) allocated_bytes: AtomicU64,
    pub(super) deallocated_bytes: AtomicU64,
    /// Blocks that moved between [`SiteId::UNKNOWN`] and another site: out of the former, into the latter. Blocks
    /// never move the other way, so one number serves both.
    pub(super) adopted: AtomicU64,
    pub(super) adopted_bytes: AtomicU64,
}

/// The counts of one site over all threads.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct SiteCounts {
    /// Blocks allocated at the site.
    pub allocations: u64,
    /// Blocks of the site that were freed, by any thread.
    pub deallocations: u64,
    /// Blocks of the site that were resized, by any thread.
    pub reallocations: u64,
    /// Bytes allocated for blocks of the site, including growth by reallocation.
    pub allocated_bytes: u64,
    /// Bytes of the site that were freed, including shrinking by reallocation.
    pub deallocated_bytes: u64,
    /// Blocks that had no call stack when they were allocated and took this site when they were resized.
    pub arrived: u64,
    /// The size of those blocks before the resize, in bytes.
    pub arrived_bytes: u64,
    /// For [`SiteId::UNKNOWN`] only: blocks that took another site when they were resized.
    pub left: u64,
    /// The size of those blocks before the resize, in bytes.
    pub left_bytes: u64,
}

impl SiteCounts {
    /// Live blocks of the site.
    pub fn live_blocks(&self) -> u64 {
        (self.allocations + self.arrived).saturating_sub(self.deallocations + self.left)
    }

    /// Live bytes of the site.
    pub fn live_bytes(&self) -> u64 {
        (self.allocated_bytes + self.arrived_bytes)
            .saturating_sub(self.deallocated_bytes + self.left_bytes)
    }

    /// The parts to add from all tables, in this order: a block that is freed in between then makes the live
    /// counts too high by one, never negative.
    const ADD: [fn(&mut Self, usize, &Counters); 2] = [Self::add_freed, Self::add_allocated];

    /// Adds the deallocations at `site` in one table.
    #[inline]
    fn add_freed(&mut self, site: usize, counters: &Counters) {
        self.deallocations += counters.deallocations.load(Ordering::Relaxed);
        self.deallocated_bytes += counters.deallocated_bytes.load(Ordering::Relaxed);
        if site == SiteId::UNKNOWN.index() {
            self.left += counters.adopted.load(Ordering::Relaxed);
            self.left_bytes += counters.adopted_bytes.load(Ordering::Relaxed);
        }
    }

    /// Adds the allocations and reallocations at `site` in one table.
    #[inline]
    fn add_allocated(&mut self, site: usize, counters: &Counters) {
        if site != SiteId::UNKNOWN.index() {
            self.arrived += counters.adopted.load(Ordering::Relaxed);
            self.arrived_bytes += counters.adopted_bytes.load(Ordering::Relaxed);
        }
        self.allocations += counters.allocations.load(Ordering::Relaxed);
        self.allocated_bytes += counters.allocated_bytes.load(Ordering::Relaxed);
        self.reallocations += counters.reallocations.load(Ordering::Relaxed);
    }
}

/// The counts of `site`.
pub fn counts_of_site(site: SiteId) -> SiteCounts {
    let mut sum = SiteCounts::default();
    let site = site.index();
    for add in SiteCounts::ADD {
        tables().flat_map(|table| table.used_counters(site)).for_each(|of| add(&mut sum, site, of));
    }
    sum
}

/// The counts of every site so far, by number. Walks each table twice, first for the deallocations and then for
/// the allocations, and visits only the parts that its thread has used.
#[cfg(feature = "sites")]
pub(crate) fn counts_of_sites() -> Vec<SiteCounts> {
    let mut sums = vec![SiteCounts::default(); sites::known_sites()];
    for add in SiteCounts::ADD {
        for (site, counters) in tables().flat_map(Table::each_used) {
            if let Some(sum) = sums.get_mut(site) {
                add(sum, site, counters);
            }
        }
    }
    sums
}

/// The counts of every site but `left_out`. Moves between sites cancel out and are omitted.
pub(super) fn counts_of_all_but(left_out: SiteId) -> SiteCounts {
    let mut sum = SiteCounts::default();
    let left_out = left_out.index();
    for add in SiteCounts::ADD {
        for (site, counters) in tables().flat_map(Table::each_used) {
            if site != left_out {
                add(&mut sum, site, counters);
            }
        }
    }
    SiteCounts { left: 0, left_bytes: 0, arrived: 0, arrived_bytes: 0, ..sum }
}

/// The memory that over-aligned blocks take beyond a header and the requested bytes.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Padding {
    /// Over-aligned blocks that are live.
    pub(crate) blocks: u64,
    /// The additional bytes that they take.
    pub(crate) bytes: u64,
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
impl Padding {
    /// The current padding.
    pub(crate) fn now() -> Self {
        // One thread's numbers wrap when it frees blocks of another thread; the sums do not.
        tables().fold(Self::default(), |sum, table| Self {
            blocks: sum.blocks.wrapping_add(table.padded_blocks.load(Ordering::Relaxed)),
            bytes: sum.bytes.wrapping_add(table.padding.load(Ordering::Relaxed)),
        })
    }
}
