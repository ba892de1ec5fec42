//! Where memory cannot be looked through: the reason.

use super::finding::Holders;
use super::{Falling, Sharing};
use crate::Snapshot;
use crate::allocator::SiteId;
use crate::site::{Ledger, Site};

const REASON: &str = "who holds a block can be found out on 64-bit Linux only so far";

/// Not available on this system.
pub fn of(_: &str) -> Holders {
    Holders::unavailable(REASON)
}

/// Not available on this system.
pub fn since(_: &Snapshot) -> Holders {
    Holders::unavailable(REASON)
}

pub(crate) fn of_growing(_: &[Site], _: &Ledger) -> Holders {
    Holders::unavailable(REASON)
}

pub(crate) fn share_a_container(_: &[SiteId], _: &[Falling]) -> Result<Vec<Vec<Sharing>>, String> {
    Err(REASON.to_owned())
}
