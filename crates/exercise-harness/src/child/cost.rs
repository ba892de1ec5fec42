//! Compares the cost of the same work in two situations, such as a small and a large service.

use rustix::time::{ClockId, clock_gettime};

/// How often each side is measured.
const ATTEMPTS: usize = 5;

/// How many times as much CPU time `large` takes as `small`, both on this thread.
///
/// The two take turns, and the least of several attempts counts, so that a busy machine does not
/// change the ratio. Each call should take a millisecond or more.
pub fn ratio(mut small: impl FnMut(), mut large: impl FnMut()) -> f64 {
    let (mut least_small, mut least_large) = (u128::MAX, u128::MAX);
    for _ in 0..ATTEMPTS {
        least_small = least_small.min(cpu_time(&mut small));
        least_large = least_large.min(cpu_time(&mut large));
    }
    least_large as f64 / least_small.max(1) as f64
}

/// The CPU time of this thread that `work` takes, in nanoseconds.
fn cpu_time(work: &mut impl FnMut()) -> u128 {
    let before = cpu_time_so_far();
    work();
    cpu_time_so_far() - before
}

fn cpu_time_so_far() -> u128 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    let nanoseconds = i128::from(time.tv_sec) * 1_000_000_000 + i128::from(time.tv_nsec);
    u128::try_from(nanoseconds).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::hint::black_box;
    use std::thread;
    use std::time::Duration;

    use super::*;

    fn add(numbers: u64) {
        for number in 0..numbers {
            black_box(number);
        }
    }

    #[test]
    fn work_counts_and_waiting_does_not() {
        let ratio = ratio(|| add(100_000), || add(10_000_000));
        assert!((20.0..500.0).contains(&ratio), "a hundred times the work has a ratio of {ratio}");
        let ratio = super::ratio(|| add(1_000_000), || thread::sleep(Duration::from_millis(20)));
        assert!(ratio < 1.0, "sleeping has a ratio of {ratio}");
    }
}
