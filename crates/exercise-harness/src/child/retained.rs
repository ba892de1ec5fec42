//! Measures what repeated work retains, beyond what its first repetitions set up.

use std::ops::Range;

use crate::units;

/// The bytes that the second half of some work retains. `half` does the work for its numbers, of which there
/// are `times` in each half, and returns the live bytes after it.
pub fn in_second_half(times: u64, mut half: impl FnMut(Range<u64>) -> u64) -> u64 {
    let before = half(0..times);
    half(times..2 * times).saturating_sub(before)
}

/// Asserts that the second half of some work retains at most `limit` bytes; see [`in_second_half`]. `what` is a
/// plural, such as "failed loads".
///
/// # Panics
/// If it retains more.
#[track_caller]
pub fn assert_at_most(limit: u64, times: u64, what: &str, half: impl FnMut(Range<u64>) -> u64) {
    let retained = in_second_half(times, half);
    assert!(
        retained <= limit,
        "{} more {what} leave {} behind",
        units::count(times),
        units::bytes(retained as f64)
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes that work retains at first, and with each repetition.
    fn half(setup: u64, each: u64) -> impl FnMut(Range<u64>) -> u64 {
        let mut live = setup;
        move |numbers| {
            live += each * (numbers.end - numbers.start);
            live
        }
    }

    #[test]
    fn only_the_second_half_counts() {
        assert_eq!(in_second_half(100, half(5000, 0)), 0);
        assert_eq!(in_second_half(100, half(5000, 3)), 300);
        assert_at_most(300, 100, "visits", half(5000, 3));
    }

    #[test]
    #[should_panic(expected = "1,000 more visits leave 3.00 kB behind")]
    fn more_than_the_limit_fails() {
        assert_at_most(2999, 1000, "visits", half(0, 3));
    }
}
