//! What was counted at one site.

#[cfg(doc)]
use super::sites::SiteId;

/// What was counted at one site, over all threads.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct SiteCounts {
    /// Blocks allocated at the site.
    pub allocations: u64,
    /// Blocks of the site given back, wherever that was.
    pub deallocations: u64,
    /// Blocks of the site resized, wherever that was.
    pub reallocations: u64,
    /// Bytes allocated for blocks of the site, growth by reallocation included.
    pub allocated_bytes: u64,
    /// Bytes given back of blocks of the site, shrinking by reallocation included.
    pub deallocated_bytes: u64,
    /// Blocks allocated without a call stack that took this site when they were resized.
    pub arrived: u64,
    /// The bytes that those blocks had until then.
    pub arrived_bytes: u64,
    /// Of [`SiteId::UNKNOWN`], the blocks that took another site when they were resized.
    pub left: u64,
    /// The bytes that those blocks had until then.
    pub left_bytes: u64,
}

impl SiteCounts {
    /// Blocks of the site that are live.
    pub fn live_blocks(&self) -> u64 {
        (self.allocations + self.arrived).saturating_sub(self.deallocations + self.left)
    }

    /// Bytes of the site that are live.
    pub fn live_bytes(&self) -> u64 {
        (self.allocated_bytes + self.arrived_bytes)
            .saturating_sub(self.deallocated_bytes + self.left_bytes)
    }
}
