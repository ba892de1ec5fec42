//! Items for the tests, benchmarks and tools of this repository, in addition to the public interface. They
//! may change with any release.

pub use crate::allocator::counts::{SiteCounts, counts_of_site};
#[cfg(feature = "sites")]
pub use crate::allocator::search::{Walks, start_with};
pub use crate::allocator::site_id::SiteId;
#[cfg(feature = "sites")]
pub use crate::allocator::sites::Capacity;
#[cfg(heap_scan)]
pub use crate::holders::ask::{since_among, since_within};
#[cfg(feature = "soak")]
pub use crate::probe::limits::most_threads;
#[cfg(feature = "soak")]
pub use crate::verdict::decide::{Decision, Series};
#[cfg(feature = "soak")]
pub use crate::verdict::doubling::decide as decide_on_bytes;

/// Formats numbers.
#[cfg(feature = "sites")]
pub mod units {
    pub use crate::units::*;
}
