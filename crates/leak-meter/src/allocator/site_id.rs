//! The number of a call site, which the header of each block holds.

/// A call site, or one of the fixed ones. Numbers are dense, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SiteId(pub(super) u32);

impl SiteId {
    /// Blocks allocated while call sites were not looked for.
    pub const UNKNOWN: Self = Self(0);
    /// The meter's own blocks.
    pub const METER: Self = Self(1);
    /// Blocks whose site did not fit into the table any more.
    #[cfg(feature = "sites")]
    pub const OVERFLOW: Self = Self(2);
    /// Blocks allocated on a stack that is not the thread's own (a signal's, a coroutine's).
    #[cfg(feature = "sites")]
    pub const FOREIGN_STACK: Self = Self(3);

    /// The site with this number.
    #[cfg(any(feature = "holders", all(test, feature = "soak")))]
    pub(crate) fn of_index(index: u32) -> Self {
        Self(index)
    }

    /// Whether this is the site of a call stack, and not one of the fixed ones.
    #[cfg(feature = "sites")]
    pub(super) fn is_call_stack(self) -> bool {
        self.0 >= FIXED_SITES
    }

    /// The number, for indexing.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

pub(super) const FIXED_SITES: u32 = 4;
/// Sites that fit, the fixed ones included. The real programs that were measured have a few thousand call
/// stacks.
#[cfg(feature = "sites")]
pub(super) const MOST_SITES: usize = 16_384;
/// Without call sites there are the fixed ones alone.
#[cfg(not(feature = "sites"))]
pub(super) const MOST_SITES: usize = FIXED_SITES as usize;
