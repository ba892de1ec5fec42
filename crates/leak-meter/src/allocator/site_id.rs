//! The number of a call site, stored in the header of each block.

/// A call site or one of the fixed sites. Numbers are dense, starting at 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SiteId(pub(super) u32);

impl SiteId {
    /// Blocks allocated while the search for call sites was off.
    pub const UNKNOWN: Self = Self(0);
    /// The meter's own blocks.
    pub const METER: Self = Self(1);
    /// Blocks whose site no longer fit in the table.
    #[cfg(feature = "sites")]
    pub const OVERFLOW: Self = Self(2);
    /// Blocks allocated on a stack that is not the thread's own (of a signal handler or a coroutine).
    #[cfg(feature = "sites")]
    pub const FOREIGN_STACK: Self = Self(3);

    /// The site with this number.
    #[cfg(any(feature = "holders", feature = "soak"))]
    pub(crate) fn of_index(index: u32) -> Self {
        Self(index)
    }

    /// Whether this is the site of a call stack rather than a fixed one.
    #[cfg(feature = "sites")]
    pub(super) fn is_call_stack(self) -> bool {
        self.0 >= FIXED_SITES
    }

    /// The number, for use as an index.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

pub(super) const FIXED_SITES: u32 = 4;
/// The maximum number of sites, including the fixed ones. The real programs that were measured have a few
/// thousand call stacks.
#[cfg(feature = "sites")]
pub(super) const MOST_SITES: usize = 16_384;
/// Without call sites, only the fixed sites exist.
#[cfg(not(feature = "sites"))]
pub(super) const MOST_SITES: usize = FIXED_SITES as usize;
