//! Compares the cost of the same work in two situations, such as a small and a large service.
//!
//! - `unix`: the CPU time of a thread.
//! - `windows`: the elapsed time, since the CPU time advances in steps of 16 ms.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
use self::unix::time_so_far;
#[cfg(windows)]
use self::windows::time_so_far;

/// How often each side is measured.
const ATTEMPTS: usize = 5;

/// How many times as much time of this thread `large` takes as `small`.
///
/// The two take turns, and the least of several attempts counts, so that a busy machine does not
/// change the ratio. Each call should take a millisecond or more.
pub fn ratio(mut small: impl FnMut(), mut large: impl FnMut()) -> f64 {
    let (mut least_small, mut least_large) = (u128::MAX, u128::MAX);
    for _ in 0..ATTEMPTS {
        least_small = least_small.min(time(&mut small));
        least_large = least_large.min(time(&mut large));
    }
    least_large as f64 / least_small.max(1) as f64
}

/// The time that `work` takes, in nanoseconds.
fn time(work: &mut impl FnMut()) -> u128 {
    let before = time_so_far();
    work();
    time_so_far() - before
}

#[cfg(test)]
mod tests {
    use std::hint::black_box;
    #[cfg(unix)]
    use std::{thread, time::Duration};

    use super::*;

    fn add(numbers: u64) {
        for number in 0..numbers {
            black_box(number);
        }
    }

    #[test]
    fn work_counts() {
        let more = ratio(|| add(100_000), || add(10_000_000));
        assert!(more > 20.0, "a hundred times the work has a ratio of {more}");
        let less = ratio(|| add(10_000_000), || add(100_000));
        assert!(less < 0.05, "a hundredth of the work has a ratio of {less}");
    }

    #[cfg(unix)]
    #[test]
    fn waiting_does_not_count() {
        let ratio = ratio(|| add(1_000_000), || thread::sleep(Duration::from_millis(20)));
        assert!(ratio < 1.0, "sleeping has a ratio of {ratio}");
    }
}
