//! Decides on bytes, which may belong to containers that double their capacity.
//!
//! A vector, table, arena or slab that only grows doubles its capacity from time to time: its series is a
//! staircase with ever longer steps, flat most of the time. So this compares octaves of work rather than
//! rounds. The number of blocks is ignored, because an arena adds a page where a vector replaces its block.

use super::Verdict;
use super::decide::{Decision, Series};
use super::rate::Rate;
use super::reason::Reason;

/// A container that grew with the work has at least this many times the capacity after twice the work.
const OCTAVE: f64 = 1.4;
/// From the third round to the last, its capacity also grows at least by this factor: three doublings, which
/// capacity reserved in one or two steps does not reach. Less than 8, because a table has a few bytes besides
/// its buckets.
const EIGHTFOLD: f64 = 6.5;
/// No step is higher than this factor, because its steps are doublings: a higher one comes from a single large
/// request.
const HIGHEST_STEP: f64 = 2.6;
/// With fewer rounds, a table that fills and is then bounded looks the same as one that leaks.
const FEWEST_FOR_GROWING: usize = 48;
/// The first round of the comparison; a later one is used if nothing was live then.
const FIRST: usize = 3;
/// Two standard deviations of a gain between zero and twice the mean, relative to the mean.
const UNEVEN: f64 = 1.2;
/// The maximum number of steps in a staircase, counted in rounds: its steps are octaves of work.
const MOST_STEPS: usize = 8;

/// Decides on a series of live bytes, one reading per round, as one of `series_count` series.
pub fn decide(readings: &[u64], series_count: usize) -> Decision {
    let plain = Series::new(readings).series_count(series_count).decide();
    let Some(staircase) = Staircase::of_readings(readings) else {
        return plain;
    };
    let rounds = readings.len();
    let rose_in_each = staircase.rose_in_last_octave && staircase.rose_before;
    if rose_in_each && staircase.eightfold && rounds >= FEWEST_FOR_GROWING {
        return Decision {
            verdict: Verdict::Growing,
            reason: Reason::Doubles {
                first: staircase.first,
                from: readings[staircase.first - 1],
                to: readings[rounds - 1],
                rounds,
            },
            rate: staircase.rate,
        };
    }
    if plain.verdict == Verdict::Steady && staircase.rose_lately {
        return Decision {
            verdict: Verdict::Undecided,
            reason: Reason::LateDoubling { to: readings[rounds - 1], rounds_needed: 2 * rounds },
            rate: None,
        };
    }
    plain
}

/// A series that rises in a few steps.
#[allow(clippy::struct_excessive_bools)] // Observations of one series.
struct Staircase {
    /// The first round of the staircase.
    first: usize,
    /// Rose in the last five ninths of the work.
    rose_in_last_octave: bool,
    /// Rose in the five ninths of the work before those.
    rose_before: bool,
    eightfold: bool,
    /// Rose so late that its next step may be due after the run, even if it was not empty at the first round.
    rose_lately: bool,
    rate: Option<Rate>,
}

impl Staircase {
    /// `None` if the series is not a staircase: it falls, begins late, or has no steps or too many.
    fn of_readings(readings: &[u64]) -> Option<Self> {
        let rounds = readings.len();
        if rounds < 4 * FIRST {
            return None;
        }
        // The ranges are slightly more than octaves, for a container that was not empty at the first round.
        let (before, middle) = (rounds / 5, rounds * 9 / 20);
        // A container may have been created later, or another call stack may have grown it before.
        let first = (FIRST..=before.max(FIRST)).find(|round| readings[round - 1] > 0)?;
        if readings[first - 1..].windows(2).any(|pair| pair[0] > pair[1]) {
            return None;
        }
        // The rounds, counted from 1, at which the series changes.
        let changes: Vec<usize> =
            (first..rounds).filter(|round| readings[*round] != readings[round - 1]).collect();
        if changes.is_empty() || changes.len() > MOST_STEPS {
            return None;
        }
        let at = |round: usize| readings[round - 1] as f64;
        let rose = |from: usize, to: usize, times: f64| at(to) >= times * at(from);
        let is_doubling =
            |round: &usize| at(round + 1) <= HIGHEST_STEP * at(*round) || *round < before;
        Some(Self {
            first,
            rose_lately: rose(rounds * 2 / 5, rounds, OCTAVE),
            rose_in_last_octave: rose(middle, rounds, OCTAVE),
            rose_before: rose(before, middle, OCTAVE),
            eightfold: rose(first, rounds, EIGHTFOLD) && changes.iter().all(is_doubling),
            rate: rate_between_steps(readings, &changes),
        })
    }
}

/// The gain of a container per round. A container is full when it doubles its capacity, so its contents at a
/// step equal the capacity before it. `changes` are the rounds, counted from 0, whose reading differs from the
/// one before; each is accurate to one round. How evenly the container fills is unknown, so the interval allows
/// for gains between zero and twice the mean.
fn rate_between_steps(readings: &[u64], changes: &[usize]) -> Option<Rate> {
    let (first, last) = (*changes.first()?, *changes.last()?);
    let gain = readings[last - 1] as f64 - readings[first - 1] as f64;
    let rounds = (last - first) as f64;
    if rounds < 2.0 {
        return None;
    }
    let per_round = gain / rounds;
    let uncertain = per_round * (UNEVEN / rounds.sqrt() + 1.0 / rounds).min(1.0);
    Some(Rate { per_round, low: per_round - uncertain, high: per_round + uncertain })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The capacity of a vector that gains `each` bytes per round and doubles when it is full.
    fn vector(each: u64, rounds: u64) -> Vec<u64> {
        (1..=rounds).map(|round| (round * each).next_power_of_two()).collect()
    }

    #[test]
    fn a_vector_that_doubles_is_growing_at_its_rate_and_never_steady_before() {
        for each in [8, 100, 8000] {
            assert_ne!(decide(&vector(each, 12), 1).verdict, Verdict::Steady);
            for rounds in [48, 96, 150] {
                let decision = decide(&vector(each, rounds), 1);
                assert_eq!(decision.verdict, Verdict::Growing, "{each} {rounds}");
                let rate = decision.rate.expect("a rate");
                let each = each as f64;
                assert!(rate.low <= each && each <= rate.high, "{rate:?} of {each}");
            }
        }
    }

    #[test]
    fn a_vector_that_is_created_after_some_rounds_is_also_growing() {
        for made in [3, 4, 10, 18] {
            for each in [40, 100, 8000] {
                let mut readings = vec![0; made];
                readings.extend(vector(each, 96 - made as u64));
                let decision = decide(&readings, 1);
                assert_eq!(decision.verdict, Verdict::Growing, "{made} {each}: {decision:?}");
                let rate = decision.rate.expect("a rate");
                let each = each as f64;
                assert!(rate.low <= each && each <= rate.high, "{rate:?} of {each}");
                // A container that fills up soon is not covered.
                let full = readings[30];
                readings[30..].fill(full);
                assert_ne!(decide(&readings, 1).verdict, Verdict::Growing, "{made} {each}");
            }
        }
    }

    #[test]
    fn pages_that_double_are_growing_though_their_number_grows_too() {
        // Pages of 1, 2, 4, ... kB, each full when the next one is added.
        let room = |kept: u64| (kept + 1).next_power_of_two() - 1;
        let arena: Vec<u64> = (1..=96).map(|round| 1024 * room(3 * round)).collect();
        let decision = decide(&arena, 1);
        assert_eq!(decision.verdict, Verdict::Growing);
        let rate = decision.rate.expect("a rate");
        assert!(rate.low <= 3072.0 && 3072.0 <= rate.high, "{rate:?}");
    }

    #[test]
    fn capacity_that_was_reserved_once_is_steady() {
        let mut reserved = vec![4096; 96];
        assert_eq!(decide(&reserved, 1).verdict, Verdict::Steady);
        reserved[..4].fill(1024);
        assert_eq!(decide(&reserved, 1).verdict, Verdict::Steady);
        // One late step is a single step, not a doubling with the work.
        reserved.fill(4096);
        reserved[60..].fill(8192);
        assert_eq!(decide(&reserved, 1).verdict, Verdict::Undecided);
    }
}
