//! Tells the meter's own allocations from the program's.

use super::thread_cell::thread_cell;

thread_cell! {
    /// Whether this thread's allocations count as the meter's own.
    static IN_METER: bool;
}

/// While it exists, this thread's allocations count as the meter's own.
pub(super) struct MeterGuard {
    before: bool,
}

impl MeterGuard {
    pub(super) fn enter() -> Self {
        Self { before: IN_METER.replace(true) }
    }

    /// Whether this thread's allocations count as the meter's own.
    #[inline]
    pub(super) fn is_entered() -> bool {
        IN_METER.get()
    }
}

impl Drop for MeterGuard {
    fn drop(&mut self) {
        IN_METER.set(self.before);
    }
}
