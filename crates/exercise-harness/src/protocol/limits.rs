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

/// How much memory for data a trial's process may have, and how many open files.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Limits {
    /// 1 GB of memory in total, which no trial needs, and 256 open files.
    #[default]
    Usual,
    /// This many bytes of memory more than the process uses when its soak begins. It is expected to
    /// reach this limit. It may therefore open as many files as the system allows, so that
    /// descriptors do not run out first.
    SpareMemory(u64),
    /// No limits except those of the system.
    Unlimited,
}
