//! The CPU time of a thread.

use rustix::time::{ClockId, clock_gettime};

/// The CPU time of this thread, in nanoseconds.
pub(super) fn time_so_far() -> u128 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    let nanoseconds = i128::from(time.tv_sec) * 1_000_000_000 + i128::from(time.tv_nsec);
    u128::try_from(nanoseconds).unwrap_or_default()
}
