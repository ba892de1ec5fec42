//! What a soak runs: operations, rounds, time.

use std::env;
use std::path::PathBuf;
use std::time::Duration;

use crate::series::Resource;
use crate::site::Suppressions;

/// The environment variable with the time for a whole soak, in seconds.
pub(super) const BUDGET_VARIABLE: &str = "LEAK_METER_BUDGET";
const DEFAULT_BUDGET: Duration = Duration::from_secs(10);
/// The most rounds of a soak that was given no number. Half of them are read in any case, unless the
/// operations slow down.
const MOST_ROUNDS: usize = 191;
/// The rounds of a soak that was given the operations of a round but no number of rounds.
const ROUNDS_OF_FIXED_WORK: usize = 96;
/// The rest after the load, as a share of the budget.
const REST: u32 = 50;

/// What a soak runs.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub(super) work: Work,
    pub(super) rounds: Rounds,
    /// Whether the soak ends as soon as it is decided.
    pub(super) stops_early: bool,
    /// The rest after the load. `None`: a short one if the soak has a budget, else none.
    pub(super) rest: Option<Duration>,
    pub(super) seed: u64,
    pub(super) temporary_folder: Option<PathBuf>,
    pub(super) bounds: Vec<(Resource, u64)>,
    pub(super) suppressions: Suppressions,
    /// Whether to find the holders of growing places.
    pub(super) holders: bool,
    /// What is wrong with how the soak was set up, as a sentence.
    pub(super) fault: Option<String>,
}

/// How much work there is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Work {
    /// This many operations in each round, whatever time they take.
    PerRound(u64),
    /// As many as fit into this time.
    Within(Duration),
}

/// How many rounds there are.
#[derive(Debug, Clone, Copy)]
pub(super) enum Rounds {
    /// As the work allows.
    Any,
    Exactly(usize),
    AtMost(usize),
}

impl Plan {
    pub(super) fn new() -> Self {
        let mut plan = Self {
            work: Work::Within(DEFAULT_BUDGET),
            rounds: Rounds::Any,
            stops_early: false,
            rest: None,
            seed: 0,
            temporary_folder: None,
            bounds: Vec::new(),
            suppressions: Suppressions::default(),
            holders: cfg!(feature = "holders"),
            fault: None,
        };
        plan.set_budget(DEFAULT_BUDGET);
        plan
    }

    /// Sets the budget, unless the environment does.
    pub(super) fn set_budget(&mut self, budget: Duration) {
        match budget_from_environment() {
            Ok(set) => self.work = Work::Within(set.unwrap_or(budget)),
            Err(fault) => self.fault = Some(fault),
        }
    }

    /// The most rounds.
    pub(super) fn most_rounds(&self) -> usize {
        match (self.rounds, self.work) {
            (Rounds::Exactly(rounds) | Rounds::AtMost(rounds), _) => rounds,
            (Rounds::Any, Work::PerRound(_)) => ROUNDS_OF_FIXED_WORK,
            (Rounds::Any, Work::Within(_)) => MOST_ROUNDS,
        }
    }

    /// The rounds at which a soak with time left makes its rounds longer instead of adding some.
    pub(super) fn enough_rounds(&self) -> usize {
        match self.rounds {
            Rounds::Exactly(rounds) => rounds,
            Rounds::AtMost(_) | Rounds::Any => self.most_rounds().div_ceil(2),
        }
    }

    /// How much of the budget is kept for the rest. A rest that was given comes on top: a time to live
    /// may be longer than the budget, and is waited for only if something grows.
    pub(super) fn rest_of(&self, budget: Duration) -> Duration {
        if self.rest.is_some() { Duration::ZERO } else { budget / REST }
    }

    /// How long to rest after the load if something grows.
    pub(super) fn rest_if_growing(&self) -> Duration {
        match (self.rest, self.work) {
            (Some(rest), _) => rest,
            (None, Work::Within(budget)) => self.rest_of(budget),
            (None, Work::PerRound(_)) => Duration::ZERO,
        }
    }
}

/// The budget that the environment sets, if it does. `Err` is a sentence.
fn budget_from_environment() -> Result<Option<Duration>, String> {
    let Some(text) = env::var_os(BUDGET_VARIABLE) else {
        return Ok(None);
    };
    let seconds = text.to_str().and_then(|text| text.trim().parse::<f64>().ok());
    let time = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    time.filter(|time| !time.is_zero()).map(Some).ok_or_else(|| {
        let text = text.display();
        format!("{BUDGET_VARIABLE} is {text}; it must be a number of seconds above 0, such as 2.5")
    })
}
