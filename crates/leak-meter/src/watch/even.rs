//! Chooses readings at equal amounts of work, because a verdict compares rounds of equal work, and a service has
//! busy and quiet times.

use crate::units;

/// With fewer rounds of work than this there is no verdict: a cache that is still filling looks like a leak.
pub(crate) const FEWEST_ROUNDS: usize = 48;
/// One in this many gaps between readings may be wider than a round.
const WIDER: usize = 10;

/// The work in one round: the mean between two readings. If many gaps are wider than that, a round is as wide as they
/// are, as long as enough rounds for a verdict remain.
pub(crate) fn step(work: &[u64]) -> f64 {
    let [first, .., last] = work else { return 1.0 };
    let mut gaps: Vec<u64> = work.windows(2).map(|pair| pair[1] - pair[0]).collect();
    gaps.sort_unstable();
    let mean = (last - first) as f64 / gaps.len() as f64;
    let wide = gaps[gaps.len() - 1 - gaps.len() / WIDER] as f64;
    let widest = (last - first) as f64 / FEWEST_ROUNDS as f64;
    mean.max(wide.min(widest)).max(1.0)
}

/// The whole number of operations in a round of `step`.
pub(crate) fn operations(step: f64) -> u64 {
    units::whole(step.round()).max(1)
}

/// The readings that are nearest to the ends of rounds of `step` each, counted back from the last reading. A reading
/// may be chosen for several rounds if much work was done at once.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // Not negative, and at most the number of readings.
pub(crate) fn rows(work: &[u64], step: f64) -> Vec<usize> {
    let [first, .., last] = work else { return (0..work.len()).collect() };
    let rounds = ((last - first) as f64 / step + 1e-6).floor() as u64;
    let nearest = |round: u64| {
        let mark = *last as f64 - round as f64 * step;
        let after = work.partition_point(|work| (*work as f64) < mark).min(work.len() - 1);
        let before = after.saturating_sub(1);
        let distance = |row: usize| (work[row] as f64 - mark).abs();
        if distance(before) < distance(after) { before } else { after }
    };
    (0..=rounds).rev().map(nearest).collect()
}

/// `kept` of the readings, the first and the last one included, at distances that are as even as the readings allow:
/// the reading whose neighbours are closest to each other is removed, again and again.
pub(crate) fn thinned(work: &[u64], kept: usize) -> Vec<usize> {
    let mut rows: Vec<usize> = (0..work.len()).collect();
    while rows.len() > kept.max(2) {
        let around = |at: &usize| work[rows[at + 1]] - work[rows[at - 1]];
        let Some(closest) = (1..rows.len() - 1).min_by_key(around) else { break };
        rows.remove(closest);
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readings_at_equal_work_are_all_chosen() {
        let work: Vec<u64> = (0..20).map(|reading| 1000 + 50 * reading).collect();
        assert_eq!(step(&work), 50.0);
        assert_eq!(rows(&work, step(&work)), (0..20).collect::<Vec<usize>>());
    }

    #[test]
    fn rounds_have_about_equal_work_whatever_the_load_is() {
        let mut work = vec![0];
        for reading in 0..100_u64 {
            let load = if reading % 20 < 10 { 10 } else { 100 };
            work.push(work.last().unwrap() + load);
        }
        let step = step(&work);
        let rows = rows(&work, step);
        assert!(rows.len() > 40, "{rows:?}");
        for pair in rows.windows(2) {
            let round = (work[pair[1]] - work[pair[0]]) as f64;
            assert!((round - step).abs() <= step / 2.0, "{round} of {step}");
        }
        assert_eq!(rows.last(), Some(&100));
    }

    #[test]
    fn a_burst_counts_as_several_rounds() {
        let work: Vec<u64> =
            (0..50).map(|reading| 10 * reading + if reading > 25 { 100 } else { 0 }).collect();
        let rows = rows(&work, step(&work));
        // The rounds of the burst end at the reading before or after it.
        assert!(rows.iter().filter(|row| [25, 26].contains(*row)).count() > 8, "{rows:?}");
    }

    #[test]
    fn wide_gaps_leave_enough_rounds_for_a_verdict() {
        let mut work = vec![0];
        for reading in 0..64_u64 {
            let load = if reading % 4 == 0 { 90 } else { 10 };
            work.push(work.last().unwrap() + load);
        }
        let rows = rows(&work, step(&work));
        assert!(rows.len() > FEWEST_ROUNDS, "{} rounds", rows.len());
    }

    #[test]
    fn thinned_readings_are_even_and_keep_both_ends() {
        let even: Vec<u64> = (0..129).map(|reading| 10 * reading).collect();
        let rows = thinned(&even, 65);
        assert_eq!(rows, (0..129).step_by(2).collect::<Vec<usize>>());
        let mut bursts: Vec<u64> = (0..60).collect();
        bursts.extend([1000, 2000, 3000, 4000]);
        let rows = thinned(&bursts, 8);
        assert_eq!(rows.len(), 8);
        assert_eq!((rows[0], rows[7]), (0, 63));
        assert!([60, 61, 62].iter().all(|far| rows.contains(far)), "{rows:?}");
        assert_eq!(thinned(&[5, 6], 64), [0, 1]);
    }

    #[test]
    fn few_readings_are_all_chosen() {
        assert_eq!(rows(&[], step(&[])), [0_usize; 0]);
        assert_eq!(rows(&[7], step(&[7])), [0]);
    }
}
