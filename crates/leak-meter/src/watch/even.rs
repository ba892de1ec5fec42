//! Chooses readings at equal amounts of work, because a verdict compares rounds of equal work, and a service has
//! busy and quiet times.

use crate::units;

/// One in this many gaps between readings may be wider than a round.
const WIDER: usize = 10;

/// The work in one round: the mean between two readings, unless many gaps are wider than that.
pub(crate) fn step(work: &[u64]) -> f64 {
    let [first, .., last] = work else { return 1.0 };
    let mut gaps: Vec<u64> = work.windows(2).map(|pair| pair[1] - pair[0]).collect();
    gaps.sort_unstable();
    let mean = (last - first) as f64 / gaps.len() as f64;
    let wide = gaps[gaps.len() - 1 - gaps.len() / WIDER] as f64;
    mean.max(wide).max(1.0)
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
    fn few_readings_are_all_chosen() {
        assert_eq!(rows(&[], step(&[])), [0_usize; 0]);
        assert_eq!(rows(&[7], step(&[7])), [0]);
    }
}
