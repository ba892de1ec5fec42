//! The configuration of a soak: operations, rounds, time.

use std::env;
use std::path::PathBuf;
use std::time::Duration;

use crate::series::Resource;
use crate::site::Suppressions;

/// The environment variable that sets the time for a whole soak, in seconds.
pub(super) const BUDGET_VARIABLE: &str = "LEAK_METER_BUDGET";
const DEFAULT_BUDGET: Duration = Duration::from_secs(10);
/// The maximum number of rounds if none was set. At least half of them are read, unless the operations
/// slow down.
const MOST_ROUNDS: usize = 191;
/// The number of rounds if only the operations per round were set.
const ROUNDS_OF_FIXED_WORK: usize = 96;
/// The rest after the load is the budget divided by this.
const REST: u32 = 50;

/// The configuration of a soak.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub(super) work: Work,
    pub(super) rounds: Rounds,
    /// Whether the soak ends as soon as it is decided.
    pub(super) stops_early: bool,
    /// The rest after the load. `None`: a short one if the soak has a budget, otherwise no rest.
    pub(super) rest: Option<Duration>,
    pub(super) seed: u64,
    pub(super) temporary_folder: Option<PathBuf>,
    pub(super) bounds: Vec<(Resource, u64)>,
    pub(super) suppressions: Suppressions,
    /// Whether to find the holders of growing places.
    pub(super) holders: bool,
    /// What is wrong with the configuration, as a sentence.
    pub(super) fault: Option<String>,
}

/// How much work a soak does.
#[derive(Debug, Clone, Copy)]
pub(super) enum Work {
    /// This many operations in each round, however long they take.
    PerRound(u64),
    /// As many as fit into this time.
    Within(Duration),
}

/// How many rounds a soak has.
#[derive(Debug, Clone, Copy)]
pub(super) enum Rounds {
    /// As many as the work allows.
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

    /// Sets the budget, unless the environment sets it.
    pub(super) fn set_budget(&mut self, budget: Duration) {
        match budget_from_environment() {
            Ok(set) => self.work = Work::Within(set.unwrap_or(budget)),
            Err(fault) => self.fault = Some(fault),
        }
    }

    /// The maximum number of rounds.
    pub(super) fn most_rounds(&self) -> usize {
        match (self.rounds, self.work) {
            (Rounds::Exactly(rounds) | Rounds::AtMost(rounds), _) => rounds,
            (Rounds::Any, Work::PerRound(_)) => ROUNDS_OF_FIXED_WORK,
            (Rounds::Any, Work::Within(_)) => MOST_ROUNDS,
        }
    }

    /// The number of rounds from which on a soak with time left makes its rounds longer instead of
    /// adding more.
    pub(super) fn enough_rounds(&self) -> usize {
        match self.rounds {
            Rounds::Exactly(rounds) => rounds,
            Rounds::AtMost(_) | Rounds::Any => self.most_rounds().div_ceil(2),
        }
    }

    /// The part of the budget that is reserved for the rest. A rest set by the user is added to the
    /// budget: a time to live may be longer than the budget, and the soak waits for it only if
    /// something grows.
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

/// The budget from the environment, if it is set there. `Err` is a sentence.
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
