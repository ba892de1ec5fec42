//! The elapsed time.

use std::sync::LazyLock;
use std::time::Instant;

/// The elapsed time since the first call, in nanoseconds.
pub(super) fn time_so_far() -> u128 {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    START.elapsed().as_nanos()
}
