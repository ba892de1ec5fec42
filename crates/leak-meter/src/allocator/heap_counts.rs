//! What the program has allocated and freed.

use super::counts::counts_of_all_but;
use super::site_id::SiteId;

/// What the installed [`Allocator`](super::Allocator) has counted since the process began, without the meter's own
/// blocks. Other counters fill in one of their own for [`Soak::counted_by`](crate::Soak::counted_by),
/// beginning with `HeapCounts::default()`.
///
/// Exact while no other thread allocates; otherwise off by what happens during the read. A refused
/// allocation (a null pointer) is not counted.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct HeapCounts {
    /// Blocks allocated.
    pub allocations: u64,
    /// Blocks freed.
    pub deallocations: u64,
    /// Blocks resized, in place or moved. They count as neither of the two above.
    pub reallocations: u64,
    /// Bytes asked for, growth by reallocation included.
    pub allocated_bytes: u64,
    /// Bytes freed, shrinking by reallocation included.
    pub deallocated_bytes: u64,
}

impl HeapCounts {
    /// The counts of this moment.
    pub fn now() -> Self {
        let all = counts_of_all_but(SiteId::METER);
        Self {
            allocations: all.allocations,
            deallocations: all.deallocations,
            reallocations: all.reallocations,
            allocated_bytes: all.allocated_bytes,
            deallocated_bytes: all.deallocated_bytes,
        }
    }

    /// Blocks allocated and not yet freed.
    pub fn live_blocks(&self) -> u64 {
        self.allocations.saturating_sub(self.deallocations)
    }

    /// Bytes allocated and not yet freed.
    pub fn live_bytes(&self) -> u64 {
        self.allocated_bytes.saturating_sub(self.deallocated_bytes)
    }
}
