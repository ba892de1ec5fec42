//! The ticks of the engine, and how much time passes with each. A tick may be late on a loaded machine, so this
//! measures the time that has passed instead of counting ticks.

use std::time::{Duration, Instant};

/// The time between two ticks.
pub const TICK: Duration = Duration::from_millis(125);
/// A tick that is later than this shows that this program was suspended.
const STANDSTILL: Duration = Duration::from_secs(5);

/// One tick.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tick {
    /// The time since the previous tick, in seconds. A standstill does not count.
    pub passed: f64,
    /// How long this program stood still before the tick.
    pub stood_still: Option<Duration>,
}

/// The times of the last tick and of the next one.
#[derive(Debug)]
pub struct Ticks {
    last: Instant,
    next: Instant,
}

impl Ticks {
    pub fn begin(now: Instant) -> Self {
        Self { last: now, next: now + TICK }
    }

    /// The time left until the next tick.
    pub fn wait(&self, now: Instant) -> Duration {
        self.next.saturating_duration_since(now)
    }

    /// Takes the next tick, which is due. Missed ticks are not made up for.
    pub fn take(&mut self, now: Instant) -> Tick {
        let late = now.saturating_duration_since(self.next);
        let stood_still = (late > STANDSTILL).then_some(late);
        let passed = now.saturating_duration_since(self.last);
        let passed = passed.saturating_sub(stood_still.unwrap_or_default());
        self.last = now;
        self.next = now.max(self.next) + TICK;
        Tick { passed: passed.as_secs_f64(), stood_still }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn late_ticks_lose_no_time() {
        let began = Instant::now();
        let mut ticks = Ticks::begin(began);
        let mut passed = 0.0;
        for milliseconds in [125, 400, 410, 525, 4000] {
            let now = began + Duration::from_millis(milliseconds);
            passed += ticks.take(now).passed;
        }
        assert!((passed - 4.0).abs() < 1e-9, "{passed} s of 4 s have passed");
        assert_eq!(ticks.wait(began + Duration::from_millis(4025)), Duration::from_millis(100));
    }

    #[test]
    fn a_standstill_is_reported_and_does_not_count() {
        let began = Instant::now();
        let mut ticks = Ticks::begin(began);
        let tick = ticks.take(began + TICK + Duration::from_secs(60));
        assert_eq!(tick.stood_still, Some(Duration::from_secs(60)));
        assert!((tick.passed - 0.125).abs() < 1e-9, "{} s have passed", tick.passed);
        let next = ticks.take(began + TICK * 3 + Duration::from_secs(60));
        assert_eq!(next, Tick { passed: 0.25, stood_still: None });
    }
}
