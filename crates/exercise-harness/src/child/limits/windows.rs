//! The job object of the process ends it with its parent. The number of open handles has no limit.

use super::abort_above;
use crate::protocol::limits::{Limits, MEMORY};
use crate::units;

/// Does nothing: this process ends with its parent's job.
pub fn end_with_parent() {}

/// Imposes `limits` on this process. Reports a memory limit of its own on standard error.
pub(in crate::child) fn impose(limits: Limits) {
    let bytes = limits.memory.unwrap_or(MEMORY);
    if bytes == u64::MAX {
        return;
    }
    if limits.memory.is_some() {
        eprintln!("The meter ends it above {} of live memory.", units::bytes(bytes as f64));
    }
    abort_above(bytes);
}

/// A paced trial has no further limits; its parent watches its memory.
pub(in crate::child) fn impose_paced() {}
