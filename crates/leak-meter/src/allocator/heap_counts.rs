//! The public totals of allocations and deallocations.

use super::counts::counts_of_all_but;
use super::site_id::SiteId;

/// What the installed [`Allocator`](super::Allocator) has counted since the process began, without the meter's own
/// blocks. To use another counter, start from `HeapCounts::default()`, fill in its counts, and pass it to
/// [`Soak::counted_by`](crate::Soak::counted_by).
///
/// Exact while no other thread allocates; otherwise off by the events during the read. An allocation that fails
/// (returns a null pointer) is not counted.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct HeapCounts {
    /// Blocks allocated.
    pub allocations: u64,
    /// Blocks freed.
    pub deallocations: u64,
    /// Blocks resized, in place or moved. They are not included in the two counts above.
    pub reallocations: u64,
    /// Bytes requested, including growth by reallocation.
    pub allocated_bytes: u64,
    /// Bytes freed, including shrinking by reallocation.
    pub deallocated_bytes: u64,
}

impl HeapCounts {
    /// The current counts.
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
