//! The recent rate and growth of a version.
//!
//! A verdict needs rounds of equal work. Here a round has as many operations as are due, and a figure is shown
//! within seconds, so this compares only the two ends of the last rounds.

use std::collections::VecDeque;

use leak_meter::Round;

/// The number of recent rounds in a window.
const LENGTH: usize = 80;
/// The number of rounds at either end of the window whose mean is compared, so that a single reading
/// taken in the middle of some work has little weight.
const END: usize = 8;

/// The last rounds of a version.
#[derive(Debug, Default)]
pub struct Window(VecDeque<Sample>);

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
        if self.0.len() == LENGTH {
            self.0.pop_front();
        }
        let held = held(round).map(|value| value.map(|value| value as f64));
        self.0.push_back(Sample { at, operations: operations as f64, held });
    }

    /// Operations per second.
    pub fn rate(&self, now: f64) -> f64 {
        let recent: Vec<&Sample> = self.0.iter().filter(|sample| now - sample.at <= 3.0).collect();
        match recent.as_slice() {
            [first, .., last] if last.at > first.at => {
                (last.operations - first.operations) / (last.at - first.at)
            }
            _ => 0.0,
        }
    }

    /// Growth per operation: bytes, blocks, files, tasks. `None` where there are too few readings.
    pub fn growth(&self) -> [Option<f64>; 4] {
        [0, 1, 2, 3].map(|resource| {
            let first = self.mean(0, resource)?;
            let last = self.mean(self.0.len().checked_sub(END)?, resource)?;
            let operations = last.0 - first.0;
            (self.0.len() >= 2 * END && operations > 0.0).then(|| (last.1 - first.1) / operations)
        })
    }

    /// Whether a resource rises throughout the window: also in its later half, and without a large
    /// fall in between. A resource that fluctuates, or that rose and is now level, does not.
    pub fn climbs(&self, resource: usize) -> bool {
        let latest = self.0.len().saturating_sub(END);
        let at = |from: usize| self.mean(from, resource).map(|(_, held)| held);
        let (Some(first), Some(middle), Some(last)) = (at(0), at(latest / 2), at(latest)) else {
            return false;
        };
        let rise = last - first;
        self.0.len() >= 2 * END
            && middle > first
            && last - middle >= rise / 4.0
            && self.longest_fall(resource) <= rise / 2.0
    }

    /// The largest fall of a reading below an earlier one.
    fn longest_fall(&self, resource: usize) -> f64 {
        let readings = self.0.iter().filter_map(|sample| sample.held[resource]);
        let fall = |(highest, fall): (f64, f64), held: f64| {
            let highest = highest.max(held);
            (highest, fall.max(highest - held))
        };
        readings.fold((f64::MIN, 0.0), fall).1
    }

    /// Mean operations and mean reading from the sample `from` on.
    fn mean(&self, from: usize, resource: usize) -> Option<(f64, f64)> {
        let (mut operations, mut held, mut count) = (0.0, 0.0, 0.0);
        for sample in self.0.iter().skip(from).take(END) {
            operations += sample.operations;
            held += sample.held[resource]?;
            count += 1.0;
        }
        (count > 0.0).then(|| (operations / count, held / count))
    }
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

    #[test]
    fn growth_is_per_operation_and_the_rate_is_per_second() {
        let mut window = Window::default();
        for number in 0..200_u32 {
            window.push(
                f64::from(number) * 0.125,
                u64::from(number) * 5,
                &round(u64::from(number) * 500),
            );
        }
        assert_eq!(window.growth(), [Some(100.0), Some(0.0), None, None]);
        assert!((window.rate(199.0 * 0.125) - 40.0).abs() < 1e-9);
        assert!(window.rate(1000.0).abs() < 1e-9, "it has been idle for a long time");
    }

    #[test]
    fn only_a_resource_that_rises_throughout_climbs() {
        let climbs = |held: &dyn Fn(u64) -> u64| {
            let mut window = Window::default();
            for number in 0..80_u64 {
                window.push(number as f64 * 0.125, number * 5, &round(held(number)));
            }
            window.climbs(0)
        };
        assert!(climbs(&|number| 1000 + number * 100));
        assert!(climbs(&|number| 1000 + number * 100 + number % 3 * 400), "a leak on a busy heap");
        assert!(climbs(&|number| 1000 + number * 100 + if number > 20 { 1000 } else { 0 }));
        assert!(!climbs(&|number| 1000 + number.min(20) * 100), "it rose, and is level");
        assert!(!climbs(&|number| 600_000 + number % 7 * 5000 + number), "it fluctuates");
        assert!(!climbs(&|number| 9000 - number * 100), "it falls");
        assert!(!climbs(&|_| 1000), "it is level");
    }

    #[test]
    fn a_few_readings_are_too_few() {
        let mut window = Window::default();
        assert_eq!(window.growth(), [None; 4]);
        for number in 0..10 {
            window.push(f64::from(number), 5, &round(1));
        }
        assert_eq!(window.growth(), [None; 4]);
        assert!(!window.climbs(0));
    }
}
