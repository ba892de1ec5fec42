//! The recent rate and growth of a version, and its longer trend.
//!
//! A verdict needs rounds of equal work. Here a round has as many operations as are due, and a figure is shown
//! within seconds, so this compares only the two ends of the last rounds.

use std::collections::VecDeque;

use leak_meter::Round;

/// The number of rounds that are stored: those of about two minutes.
const LENGTH: usize = 960;
/// The number of last rounds that show the recent growth.
const RECENT: usize = 80;
/// The number of rounds that a trend needs, and the time that they take, in seconds. It comes from the later half
/// of all rounds, so that the first ones, in which a process warms up, have no weight for long.
const TREND_ROUNDS: usize = 16;
const TREND_SECONDS: f64 = 4.0;
/// The number of last rounds in which a trend must still continue, and the share of its growth that they must show.
const CURRENT: usize = 32;
const CONTINUES: f64 = 0.25;
/// The number of rounds at either end whose mean is compared, so that a single reading taken in the middle
/// of some work has little weight.
const END: usize = 8;
/// The time in which the rate is measured, in seconds, and the number of rounds that are due in it at least.
const RATE_SECONDS: f64 = 3.0;
const RATE_ROUNDS: f64 = 4.0;

/// The last rounds of a version.
#[derive(Debug, Default)]
pub struct Window {
    samples: VecDeque<Sample>,
    /// All rounds so far, also those that are no longer stored.
    rounds: usize,
}

#[derive(Debug, Clone, Copy)]
struct Sample {
    /// The time of the reading, in seconds.
    at: f64,
    /// Operations up to this reading.
    operations: f64,
    /// Bytes, blocks, files, tasks.
    held: [Option<f64>; 4],
}

/// The resources held after a round: bytes, blocks, files, tasks.
pub fn held(round: &Round) -> [Option<u64>; 4] {
    [Some(round.live_bytes), Some(round.live_blocks), round.open_files, round.tasks]
}

impl Window {
    /// Adds a round that ended at `at`, after `operations` in total.
    pub fn push(&mut self, at: f64, operations: u64, round: &Round) {
        if self.samples.len() == LENGTH {
            self.samples.pop_front();
        }
        self.rounds += 1;
        let held = held(round).map(|value| value.map(|value| value as f64));
        self.samples.push_back(Sample { at, operations: operations as f64, held });
    }

    /// Operations per second, of a version that should do `per_second`.
    pub fn rate(&self, now: f64, per_second: f64) -> f64 {
        // At a very low load, a round has one operation.
        let seconds = RATE_SECONDS.max(RATE_ROUNDS / per_second);
        let is_recent = |sample: &&Sample| now - sample.at <= seconds;
        let recent: Vec<&Sample> = self.samples.iter().filter(is_recent).collect();
        match recent.as_slice() {
            [first, .., last] if last.at > first.at => {
                (last.operations - first.operations) / (last.at - first.at)
            }
            _ => 0.0,
        }
    }

    /// Recent growth per operation: bytes, blocks, files, tasks. `None` where there are too few readings.
    pub fn growth(&self) -> [Option<f64>; 4] {
        let recent = self.last(RECENT);
        [0, 1, 2, 3].map(|resource| growth(&recent, resource))
    }

    /// The growth per operation of the resources that rise throughout the later half of all rounds, and still do:
    /// bytes, blocks, files, tasks. All are `None` until there are enough rounds.
    pub fn trend(&self) -> [Option<f64>; 4] {
        let later_half = self.last(self.rounds / 2);
        let seconds = match later_half.as_slice() {
            [first, .., last] => last.at - first.at,
            _ => 0.0,
        };
        let is_long = later_half.len() >= TREND_ROUNDS && seconds >= TREND_SECONDS;
        let current = self.last(CURRENT);
        [0, 1, 2, 3].map(|resource| {
            let trend = growth(&later_half, resource).filter(|trend| *trend > 0.0)?;
            let continues = growth(&current, resource)? >= CONTINUES * trend;
            (is_long && continues && climbs(&later_half, resource)).then_some(trend)
        })
    }

    /// The last `count` samples, or all that are stored.
    fn last(&self, count: usize) -> Vec<Sample> {
        self.samples.range(self.samples.len().saturating_sub(count)..).copied().collect()
    }
}

fn growth(samples: &[Sample], resource: usize) -> Option<f64> {
    let (first, last) = ends(samples, resource)?;
    let operations = last.0 - first.0;
    (operations > 0.0).then(|| (last.1 - first.1) / operations)
}

/// Whether a resource rises throughout: also in the later half, and without a large fall in between. A
/// resource that fluctuates, or that rose and is now level, does not.
fn climbs(samples: &[Sample], resource: usize) -> bool {
    let middle = mean(samples.get(samples.len().saturating_sub(END) / 2..), resource);
    let (Some((first, last)), Some(middle)) = (ends(samples, resource), middle) else {
        return false;
    };
    let rise = last.1 - first.1;
    middle.1 > first.1
        && last.1 - middle.1 >= rise / 4.0
        && longest_fall(samples, resource) <= rise / 2.0
}

/// The largest fall of a reading below an earlier one.
fn longest_fall(samples: &[Sample], resource: usize) -> f64 {
    let readings = samples.iter().filter_map(|sample| sample.held[resource]);
    let fall = |(highest, fall): (f64, f64), held: f64| {
        let highest = highest.max(held);
        (highest, fall.max(highest - held))
    };
    readings.fold((f64::MIN, 0.0), fall).1
}

/// Mean operations and mean reading at either end. `None` where there are too few readings.
fn ends(samples: &[Sample], resource: usize) -> Option<((f64, f64), (f64, f64))> {
    let second = samples.len().checked_sub(END).filter(|second| *second >= END)?;
    Some((mean(samples.get(..), resource)?, mean(samples.get(second..), resource)?))
}

/// Mean operations and mean reading of the first samples.
fn mean(samples: Option<&[Sample]>, resource: usize) -> Option<(f64, f64)> {
    let (mut operations, mut held, mut count) = (0.0, 0.0, 0.0);
    for sample in samples?.iter().take(END) {
        operations += sample.operations;
        held += sample.held[resource]?;
        count += 1.0;
    }
    (count > 0.0).then(|| (operations / count, held / count))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round(bytes: u64) -> Round {
        serde_json::from_value(serde_json::json!({
            "operations": 5, "allocations": 0, "deallocations": 0, "reallocations": 0,
            "live_blocks": 7, "live_bytes": bytes, "open_files": null, "sockets": null,
            "temporary_files": null, "temporary_bytes": null, "threads": null, "tasks": null,
            "foreign_bytes": null, "resident_bytes": null, "settled": true, "nanoseconds": 0
        }))
        .unwrap()
    }

    /// A window after `rounds` rounds, eight a second, with five operations each.
    fn window(rounds: u64, held: impl Fn(u64) -> u64) -> Window {
        let mut window = Window::default();
        for number in 0..rounds {
            push(&mut window, number, &held);
        }
        window
    }

    fn push(window: &mut Window, number: u64, held: impl Fn(u64) -> u64) {
        window.push(number as f64 * 0.125, number * 5, &round(held(number)));
    }

    #[test]
    fn growth_is_per_operation_and_the_rate_is_per_second() {
        let window = window(200, |number| number * 500);
        assert_eq!(window.growth(), [Some(100.0), Some(0.0), None, None]);
        assert!((window.rate(199.0 * 0.125, 40.0) - 40.0).abs() < 1e-9);
        assert!(window.rate(1000.0, 40.0).abs() < 1e-9, "it has been idle for a long time");
    }

    #[test]
    fn a_load_of_an_operation_in_ten_seconds_has_a_rate() {
        let mut window = Window::default();
        for number in 0..9_u32 {
            window.push(f64::from(number) * 10.0, u64::from(number), &round(1));
        }
        assert!((window.rate(85.0, 0.1) - 0.1).abs() < 1e-9, "{}", window.rate(85.0, 0.1));
        assert!(window.rate(1000.0, 0.1).abs() < 1e-9);
    }

    #[test]
    fn only_a_resource_that_rises_throughout_has_a_trend() {
        let climbs = |held: &dyn Fn(u64) -> u64| window(160, held).trend()[0].is_some();
        assert!(climbs(&|number| 1000 + number * 100));
        assert!(climbs(&|number| 1000 + number * 100 + number % 3 * 400), "a leak on a busy heap");
        assert!(climbs(&|number| 1000 + number * 100 + if number > 100 { 1000 } else { 0 }));
        assert!(!climbs(&|number| 1000 + number.min(100) * 100), "it rose, and is level");
        assert!(!climbs(&|number| 600_000 + number % 7 * 5000 + number), "it fluctuates");
        assert!(!climbs(&|number| 90_000 - number * 100), "it falls");
        assert!(!climbs(&|_| 1000), "it is level");
    }

    #[test]
    fn a_trend_ends_soon_after_the_growth_does() {
        // A minute of growth, and then a level, perhaps on a busy heap.
        for noise in [0, 3000] {
            let held = |number: u64| 1000 + number.min(480) * 1000 + number % 3 * noise;
            let mut window = window(480, held);
            assert!(window.trend()[0].is_some());
            for number in 480..1000 {
                push(&mut window, number, held);
                let after = number - 480;
                assert!(after < 24 || window.trend()[0].is_none(), "{after} rounds, {noise} bytes");
            }
        }
    }

    #[test]
    fn a_trend_continues_through_short_pauses_of_the_growth() {
        // A service that allocates in steps of a second, as a growing table does.
        let held = |number: u64| 1000 + number / 8 * 8000;
        let mut window = window(100, held);
        for number in 100..600 {
            push(&mut window, number, held);
            assert!(window.trend()[0].is_some(), "after {number} rounds");
        }
    }

    #[test]
    fn a_trend_needs_many_rounds_and_forgets_the_first_ones() {
        // A service that grows ten times as fast while it warms up.
        let held = |number: u64| 1000 + number * 500 + number.min(20) * 4500;
        for rounds in 0..66 {
            assert_eq!(window(rounds, held).trend(), [None; 4], "after {rounds} rounds");
        }
        for rounds in [66, 100, 3000] {
            let trend = window(rounds, held).trend()[0].unwrap();
            assert!((trend - 100.0).abs() < 1.0, "{trend} after {rounds} rounds");
        }
    }

    #[test]
    fn a_trend_needs_fewer_rounds_where_they_take_longer() {
        let mut window = Window::default();
        for number in 1..=32_u32 {
            assert_eq!(window.trend()[0], None, "{number}");
            window.push(f64::from(number), u64::from(number), &round(u64::from(number) * 100));
        }
        assert_eq!(window.trend()[0], Some(100.0));
    }

    #[test]
    fn a_few_readings_are_too_few() {
        assert_eq!(window(0, |_| 1).growth(), [None; 4]);
        assert_eq!(window(10, |_| 1).growth(), [None; 4]);
    }
}
