//! The job object of the process ends it with its parent. The number of open handles has no limit.

use super::{abort_above, lift_live_memory, limit_live_memory};
use crate::protocol::limits::{Limits, MEMORY};

/// Does nothing: this process ends with its parent's job.
pub fn end_with_parent() {}

/// Imposes `limits` on this process, except spare memory, which [`impose_spare`] limits.
pub(in crate::child) fn impose(limits: Limits) {
    if limits == Limits::Usual {
        abort_above(MEMORY);
    }
}

/// Limits live memory to `spare` bytes more than now, and reports it on standard error.
pub(in crate::child) fn impose_spare(spare: u64) {
    limit_live_memory(spare);
}

/// Lifts the limit of [`impose_spare`].
pub(in crate::child) fn lift_spare() {
    lift_live_memory();
}

/// A paced trial has no further limits; its parent watches its memory.
pub(in crate::child) fn impose_paced() {}
