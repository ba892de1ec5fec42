//! The decision on one site's bytes, where a growing container may be behind them.
//!
//! A vector or table that only grows doubles its room now and then: a staircase with ever longer
//! steps, flat most of the time. So octaves of work are compared, not neighbours.

use super::Verdict;
use super::decide::{self, Decision};

/// A container that grew with the work has at least this many times the room after twice the work.
const OCTAVE: f64 = 1.4;
/// And this many times from the third round to the last: three doublings, which a room that was made
/// ready in one step, or in two, does not have. Less than 8, for what a table adds to its buckets.
const EIGHTFOLD: f64 = 6.5;
/// With fewer rounds a table that fills and is then bounded looks the same as one that leaks.
const FEWEST_FOR_GROWING: usize = 48;
/// The round that the comparison begins with.
const FIRST: usize = 3;
/// A staircase has few different heights.
const MOST_STEPS: usize = 8;

/// Decides on a series of one site's live bytes, one reading per round, `among` so many series.
pub fn decide(readings: &[u64], among: usize) -> Decision {
    let plain = decide::decide_among(readings, among);
    let Some(rise) = OctaveRise::of(readings) else {
        return plain;
    };
    let rounds = readings.len();
    if rise.in_last && rise.before_last && rise.eightfold && rounds >= FEWEST_FOR_GROWING {
        return Decision {
            verdict: Verdict::Growing,
            reason: format!(
                "its room grew with the work, step by step: {} bytes at round {FIRST}, {} at {rounds}",
                readings[FIRST - 1],
                readings[rounds - 1]
            ),
            ..plain
        };
    }
    // A container that began half full waits longer for its next step than for the ones before.
    let too_soon = rise.in_last || (rise.before_last && rounds < 2 * FEWEST_FOR_GROWING);
    if plain.verdict == Verdict::Steady && too_soon {
        return Decision {
            verdict: Verdict::Undecided,
            reason: format!(
                "flat but for a late step to {} bytes, as of a container that doubles its room; \
                 {} rounds decide",
                readings[rounds - 1],
                rounds * 2
            ),
            smallest_visible: None,
            ..plain
        };
    }
    plain
}

/// How a staircase rose from octave to octave of work.
struct OctaveRise {
    in_last: bool,
    before_last: bool,
    eightfold: bool,
}

impl OctaveRise {
    /// `None` for a series that is no staircase.
    fn of(readings: &[u64]) -> Option<Self> {
        let rounds = readings.len();
        let steps = 1 + readings[FIRST.min(rounds)..].windows(2).filter(|w| w[0] != w[1]).count();
        if rounds < 4 * FIRST || steps > MOST_STEPS {
            return None;
        }
        let at = |round: usize| readings[round - 1] as f64;
        let rose = |from: usize, to: usize, times: f64| at(to) > 0.0 && at(to) >= times * at(from);
        // A little more than octaves, for a container that was not empty at the first round.
        let (before, middle) = (rounds / 5, rounds * 9 / 20);
        Some(Self {
            in_last: rose(middle, rounds, OCTAVE),
            before_last: rose(before, middle, OCTAVE),
            eightfold: rose(FIRST, rounds, EIGHTFOLD),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The room of a vector that takes `each` bytes a round, doubling when it is full.
    fn doubling(each: u64, rounds: u64) -> Vec<u64> {
        (1..=rounds).map(|round| (round * each).next_power_of_two()).collect()
    }

    #[test]
    fn a_vector_that_doubles_is_growing_and_never_steady_before() {
        for each in [8, 100, 8000] {
            assert_ne!(decide(&doubling(each, 12), 1).verdict, Verdict::Steady);
            assert_eq!(decide(&doubling(each, 48), 1).verdict, Verdict::Growing);
        }
    }

    #[test]
    fn room_that_was_reserved_once_is_steady() {
        let mut reserved = vec![4096; 48];
        assert_eq!(decide(&reserved, 1).verdict, Verdict::Steady);
        reserved[..4].fill(1024);
        assert_eq!(decide(&reserved, 1).verdict, Verdict::Steady);
        // One late step is a step, not a doubling with the work.
        reserved.fill(4096);
        reserved[30..].fill(8192);
        assert_ne!(decide(&reserved, 1).verdict, Verdict::Growing);
    }
}
