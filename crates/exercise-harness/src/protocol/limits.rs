//! What a trial's process may use of the system.

use serde::{Deserialize, Serialize};

/// How many files a trial may have open: the lowest default of the supported systems. So a trial
/// that passes on one system passes on the others, and a descriptor leak ends soon.
pub(crate) const OPEN_FILES: u64 = 256;

/// How much memory for data a trial may have, in bytes, where the system can limit it (Linux): five
/// times the 200 MB that an exercise may leak in its longest run. A runaway allocation is refused
/// before the machine suffers.
pub(crate) const MEMORY: u64 = 1_000_000_000;

/// What the child prints before it aborts because live memory has reached its limit.
pub(crate) const LIMIT_REACHED: &str = "the limit of live memory is reached";

/// What a trial's process may use.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Memory for data, in bytes. `None` means 1 GB, and `u64::MAX` means no limit.
    ///
    /// A process with a limit of its own is expected to reach it. It may therefore open as many
    /// files as the system allows, so that descriptors do not run out first.
    pub memory: Option<u64>,
}
