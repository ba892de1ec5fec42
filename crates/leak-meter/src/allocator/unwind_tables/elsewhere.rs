//! For systems where unwind tables take long to follow: only the unwinder reads them.

#[cfg(feature = "holders")]
use super::super::walk::FrameBound;
use super::Walk;

/// Whether stacks can be found this way.
pub(in super::super) const ARE_READ: bool = false;

pub(in super::super) fn prepare() {}

pub(in super::super) fn walk(_: usize) -> Walk {
    Walk::NeedsSystem(0)
}

pub(in super::super) fn note_end(_: usize) {}

#[cfg(feature = "holders")]
pub(in super::super) fn frame_bounds() -> Vec<FrameBound> {
    Vec::new()
}
