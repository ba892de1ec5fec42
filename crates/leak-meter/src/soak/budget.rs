//! How many operations a round can have, so that the whole soak fits into a time.

use std::env;
use std::time::{Duration, Instant};

use super::{Operation, Operations, Plan, Rounds, Soak};

/// The environment variable with the time for a whole soak, in seconds.
const VARIABLE: &str = "LEAK_METER_BUDGET";
const DEFAULT: Duration = Duration::from_secs(10);
/// More operations than this in a round show nothing that so many do not.
const MOST_OPERATIONS: u64 = 100_000;
/// The rounds that a verdict needs at least.
const FEWEST_ROUNDS: u32 = 12;

/// The time that a soak may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Budget {
    time: Duration,
    from_environment: bool,
}

impl Default for Budget {
    fn default() -> Self {
        Self::of(DEFAULT)
    }
}

impl Budget {
    pub(super) fn of(time: Duration) -> Self {
        Self { time, from_environment: false }
    }

    /// The budget that the environment sets, else the default one. `Err` is a sentence.
    pub(super) fn from_environment() -> Result<Self, String> {
        let Some(text) = env::var_os(VARIABLE) else {
            return Ok(Self::default());
        };
        let seconds = text.to_str().and_then(|text| text.trim().parse::<f64>().ok());
        let time = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        let time = time.filter(|time| !time.is_zero()).ok_or_else(|| {
            let text = text.display();
            format!("{VARIABLE} is {text}; it must be a number of seconds above 0, such as 2.5")
        })?;
        Ok(Self { time, from_environment: true })
    }

    pub(super) fn is_from_environment(self) -> bool {
        self.from_environment
    }
}

/// The round before the first: it finds out how long an operation takes. An iterator over the
/// operations to run; nothing of it is in the report.
pub(super) struct FirstRound {
    /// The time for one round; `None` if the number of operations is given.
    time: Option<Duration>,
    fewest_rounds: u32,
    budget: Duration,
    began: Instant,
    done: u64,
    seed: u64,
    /// Why an operation ended the workload.
    pub(super) stopped: Option<String>,
}

impl Soak<'_> {
    pub(super) fn first_round(&self) -> FirstRound {
        let Plan { operations, rounds, seed, .. } = &self.plan;
        let most = match rounds {
            Rounds::Exactly(rounds) => *rounds,
            Rounds::UntilDecided { at_most } => *at_most,
        };
        let most = u32::try_from(most).unwrap_or(u32::MAX).max(1);
        let budget = match operations {
            Operations::PerRound(_) => None,
            Operations::Within(budget) => Some(budget.time),
        };
        FirstRound {
            // One round more than there can be: this one.
            time: budget.map(|budget| budget / (most + 1)),
            fewest_rounds: most.min(FEWEST_ROUNDS),
            budget: budget.unwrap_or_default(),
            began: Instant::now(),
            done: 0,
            seed: *seed,
            stopped: None,
        }
    }
}

impl FirstRound {
    /// The operations that a round can have, and the number of the next operation. `Err` is a
    /// sentence.
    pub(super) fn result(&self, given: Operations) -> Result<(u64, u64), String> {
        if let Operations::PerRound(operations) = given {
            return Ok((operations, 0));
        }
        if let Some(stopped) = &self.stopped {
            return Err(stopped.clone());
        }
        let took = self.began.elapsed();
        if self.done == 1 && took * (self.fewest_rounds + 1) > self.budget {
            return Err(format!(
                "the budget of {:?} is too small: one operation took {took:?}, and a verdict needs at \
                 least {} rounds; give Soak::budget or {VARIABLE} at least {:?}",
                self.budget,
                self.fewest_rounds,
                took * (self.fewest_rounds + 2)
            ));
        }
        Ok((self.done.max(1), self.done))
    }
}

impl Iterator for FirstRound {
    type Item = Operation;

    fn next(&mut self) -> Option<Operation> {
        let time = self.time?;
        let over = self.done > 0 && self.began.elapsed() >= time;
        if over || self.done >= MOST_OPERATIONS || self.stopped.is_some() {
            return None;
        }
        let operation = Operation::new(self.done, 0, self.seed);
        self.done += 1;
        Some(operation)
    }
}
