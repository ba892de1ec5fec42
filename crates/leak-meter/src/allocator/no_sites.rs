//! What takes the place of `search` and `walk` where call sites are left out of the build: a block is
//! the program's or the meter's own.

use std::cell::Cell;

use super::site_id::SiteId;

thread_local! {
    /// Whether this thread's allocations are the meter's own.
    static IN_METER: Cell<bool> = const { Cell::new(false) };
}

/// While it lives, this thread's allocations are the meter's own.
pub(super) struct MeterGuard {
    before: bool,
}

impl MeterGuard {
    pub(super) fn enter() -> Self {
        Self { before: IN_METER.replace(true) }
    }
}

impl Drop for MeterGuard {
    fn drop(&mut self) {
        IN_METER.set(self.before);
    }
}

/// Whom the allocation under way belongs to.
#[inline]
pub(super) fn current_site() -> SiteId {
    if IN_METER.get() { SiteId::METER } else { SiteId::UNKNOWN }
}
