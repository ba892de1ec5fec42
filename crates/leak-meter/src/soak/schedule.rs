//! Decides how much work each round has, and when the load ends.
//!
//! A soak with a budget begins with rounds of one operation. When it has enough rounds and time is left, it
//! merges neighbouring rounds and continues with rounds of that longer length. So no operation has to be timed
//! beforehand, and a slow first operation does not matter. If a leak slows the operations down, the load still
//! ends in time, with at least half of the rounds read.

use std::time::{Duration, Instant};

use super::plan::{BUDGET_VARIABLE, Plan, Work};
use crate::verdict::decide::FEWEST_ROUNDS;

/// The share of the budget that the load may take; it includes settling, but not the naming of call sites.
const LOAD: f64 = 0.9;
/// The maximum number of rounds that are merged into one.
const MOST_MERGED: usize = 32;
/// More than two rounds are merged at once only while the full number of rounds would take at most this share
/// of the load. It is small because operations may slow down: the last rounds are always merged in pairs, so
/// that half of them are read even then.
const QUICK: f64 = 0.125;
/// The maximum number of operations between two readings of the clock.
const BETWEEN_CLOCK_READS: u64 = 64;

/// The schedule of a running soak.
#[derive(Debug)]
pub(super) struct Schedule {
    /// Operations in each round.
    pub(super) operations: u64,
    most_rounds: usize,
    enough_rounds: usize,
    /// The time for the load; `None` if the operations per round are fixed.
    load: Option<Duration>,
    budget: Duration,
    began: Instant,
}

/// What follows a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// Another round with the same number of operations.
    Round,
    /// This many rounds are merged into one, and the following rounds are as long as the merged ones.
    Merge(usize),
    /// The load ends.
    End,
}

impl Schedule {
    pub(super) fn new(plan: &Plan) -> Self {
        let (operations, load, budget) = match plan.work {
            Work::PerRound(operations) => (operations, None, Duration::MAX),
            Work::Within(budget) => {
                (1, Some(budget.saturating_sub(plan.rest_of(budget)).mul_f64(LOAD)), budget)
            }
        };
        Self {
            operations,
            most_rounds: plan.most_rounds(),
            enough_rounds: plan.enough_rounds(),
            load,
            budget,
            began: Instant::now(),
        }
    }

    /// Decides what follows after `rounds` rounds, whose operations took `working` in total. At most
    /// `most_merged` rounds are merged at once, because a resource that is being used up does not last for
    /// longer rounds; two can always be merged.
    pub(super) fn next(&mut self, rounds: usize, working: Duration, most_merged: usize) -> Next {
        let Some(load) = self.load else {
            return if rounds >= self.most_rounds { Next::End } else { Next::Round };
        };
        let elapsed = self.began.elapsed();
        if elapsed >= load && rounds > 0 {
            return Next::End;
        }
        if rounds < self.enough_rounds {
            return Next::Round;
        }
        let merged = if elapsed <= load / 2 {
            self.rounds_to_merge(rounds, working, load, most_merged)
        } else if rounds < self.most_rounds {
            return Next::Round;
        } else if self.most_rounds == self.enough_rounds {
            return Next::End;
        } else {
            2
        };
        self.operations *= merged as u64;
        Next::Merge(merged)
    }

    /// How many rounds are merged into one, a power of two: more than two only while the rounds are so short
    /// that most of the time would be left.
    fn rounds_to_merge(
        &self,
        rounds: usize,
        working: Duration,
        load: Duration,
        most_merged: usize,
    ) -> usize {
        let each = working.as_secs_f64() / rounds as f64;
        let quick = |merged: usize| {
            each * (merged * self.enough_rounds) as f64 <= QUICK * load.as_secs_f64()
        };
        let mut merged = 2;
        while 2 * merged <= most_merged.min(MOST_MERGED)
            && 6 * merged <= rounds
            && quick(2 * merged)
        {
            merged *= 2;
        }
        merged
    }

    /// Whether the time is up within a round, after `done` of its operations.
    pub(super) fn is_over(&self, done: u64) -> bool {
        let reads_clock =
            self.operations < BETWEEN_CLOCK_READS || done.is_multiple_of(BETWEEN_CLOCK_READS);
        reads_clock && self.load.is_some_and(|load| self.began.elapsed() >= load)
    }

    /// Whether the soak itself chooses how much work it does.
    pub(super) fn has_budget(&self) -> bool {
        self.load.is_some()
    }

    /// The maximum time for settling in one round.
    pub(super) fn longest_settling(&self) -> Duration {
        match self.load {
            None => Duration::MAX,
            Some(load) => load / u32::try_from(self.enough_rounds).unwrap_or(u32::MAX).max(1),
        }
    }

    /// Why a soak that ran out of time after this number of rounds has no verdict. `None` if it has enough
    /// rounds.
    pub(super) fn too_small(&self, rounds: usize) -> Option<String> {
        self.load?;
        if rounds >= FEWEST_ROUNDS.min(self.most_rounds) {
            return None;
        }
        let took = self.began.elapsed() / u32::try_from(rounds.max(1)).unwrap_or(u32::MAX);
        let needed = took * u32::try_from(2 * FEWEST_ROUNDS).unwrap_or(u32::MAX);
        Some(format!(
            "the budget of {:?} is too small: one operation took {took:.1?}, and a verdict needs at least \
             {FEWEST_ROUNDS} rounds; give Soak::budget or {BUDGET_VARIABLE} at least {needed:.1?}",
            self.budget,
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schedule(budget: Duration) -> Schedule {
        let mut plan = Plan::new();
        plan.work = Work::Within(budget);
        Schedule::new(&plan)
    }

    #[test]
    fn rounds_are_merged_while_there_is_time() {
        let mut schedule = schedule(Duration::from_secs(3600));
        assert_eq!(schedule.next(95, Duration::from_micros(95), 99), Next::Round);
        // Fast operations: as many rounds as possible are merged.
        assert_eq!(schedule.next(96, Duration::from_micros(96), 99), Next::Merge(32));
        assert_eq!(schedule.operations, 32);
        // Slow operations: two rounds are merged.
        assert_eq!(schedule.next(96, Duration::from_secs(1700), 99), Next::Merge(2));
        assert_eq!(schedule.operations, 64);
        // A resource of which one fifth is used up.
        assert_eq!(schedule.next(96, Duration::from_micros(96), 5), Next::Merge(4));
    }

    #[test]
    fn the_load_ends_when_its_time_is_up() {
        let mut schedule = schedule(Duration::from_nanos(1));
        assert_eq!(schedule.next(1, Duration::ZERO, 99), Next::End);
        assert!(schedule.is_over(1));
        assert!(schedule.too_small(11).is_some_and(|text| text.contains("the budget of 1ns")));
        assert_eq!(schedule.too_small(12), None);
    }

    #[test]
    fn a_fixed_number_of_operations_has_no_time_limit() {
        let mut plan = Plan::new();
        plan.work = Work::PerRound(7);
        let mut schedule = Schedule::new(&plan);
        assert_eq!(schedule.next(95, Duration::MAX, 99), Next::Round);
        assert_eq!(schedule.next(96, Duration::MAX, 99), Next::End);
        assert_eq!((schedule.operations, schedule.is_over(64)), (7, false));
    }
}
