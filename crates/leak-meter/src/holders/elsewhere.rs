//! For systems where memory cannot be scanned: returns the reason.

use super::finding::Holders;
#[cfg(feature = "soak")]
use super::{Falling, Sharing};
#[cfg(feature = "holders")]
use crate::Snapshot;
#[cfg(feature = "soak")]
use crate::allocator::SiteId;
#[cfg(feature = "soak")]
use crate::site::{Ledger, Site};

const REASON: &str = if cfg!(feature = "holders") {
    "holders can be found only on 64-bit Linux and on Windows for x86-64"
} else {
    "leak-meter was built without its feature `holders`"
};

/// Not available on this system.
#[cfg(feature = "holders")]
pub fn of(_: &str) -> Holders {
    Holders::unavailable(REASON)
}

/// Not available on this system.
#[cfg(feature = "holders")]
pub fn since(_: &Snapshot) -> Holders {
    Holders::unavailable(REASON)
}

#[cfg(feature = "soak")]
pub(crate) fn of_growing(_: &[Site], _: &Ledger) -> Holders {
    Holders::unavailable(REASON)
}

#[cfg(feature = "soak")]
pub(crate) fn share_a_container(_: &[SiteId], _: &[Falling]) -> Result<Vec<Vec<Sharing>>, String> {
    Err(REASON.to_owned())
}
