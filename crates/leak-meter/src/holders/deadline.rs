//! The time limit of a scan.

use std::cell::Cell;
use std::time::Instant;

/// The time by which a piece of work must end. Checks are cheap: only some of them read the clock.
#[derive(Debug, Clone, Default)]
pub(crate) struct Deadline {
    /// `None` for no limit.
    until: Option<Instant>,
    asked: Cell<u32>,
    was_reached: Cell<bool>,
}

impl Deadline {
    /// One check in this many reads the clock.
    const EVERY: u32 = 1024;

    pub(crate) fn at(until: Instant) -> Self {
        Self { until: Some(until), ..Self::default() }
    }

    /// Whether the time is up. Once it is, it stays up.
    #[inline]
    pub(crate) fn is_over(&self) -> bool {
        let asked = self.asked.get();
        self.asked.set(asked.wrapping_add(1));
        if asked.is_multiple_of(Self::EVERY) {
            self.read_clock();
        }
        self.was_reached.get()
    }

    fn read_clock(&self) {
        if self.until.is_some_and(|until| Instant::now() >= until) {
            self.was_reached.set(true);
        }
    }

    /// Whether work was cut short because a check found that the time was up.
    pub(crate) fn was_reached(&self) -> bool {
        self.was_reached.get()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn work_without_a_deadline_is_never_over() {
        let never = Deadline::default();
        assert!(!(0..10_000).any(|_| never.is_over()));
    }

    #[test]
    fn a_deadline_that_has_passed_stays_passed() {
        let past = Deadline::at(Instant::now());
        assert!(!past.was_reached(), "nobody has asked");
        assert!(past.is_over() && past.is_over() && past.was_reached());
        let later = Deadline::at(Instant::now() + Duration::from_secs(3600));
        assert!(!later.is_over() && !later.was_reached());
    }
}
