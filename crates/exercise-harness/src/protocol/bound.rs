//! The measurement of a bound trial.

use leak_meter::Resource;
use serde::{Deserialize, Serialize};

/// A resource after a lot of work, and its upper limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bound {
    /// The measured resource.
    pub resource: Resource,
    /// The reading after the work, in the resource's unit.
    pub measured: u64,
    /// The highest reading that passes.
    pub limit: u64,
    /// A description of the work that completes "after …": "20,000 different queries".
    pub after: String,
}

impl Bound {
    /// Whether the reading is within the limit.
    pub fn is_kept(&self) -> bool {
        self.measured <= self.limit
    }
}
