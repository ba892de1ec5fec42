//! What a soak found: a plain value that can be serialised and compared.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::series::{Resource, Round};
use crate::verdict::Verdict;

/// The result of a [`Soak`](crate::Soak).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// Growing if any resource grows, Steady only if all are steady, Undecided otherwise.
    pub verdict: Verdict,
    /// The seed that the operations' random choices came from; it repeats the run.
    pub seed: u64,
    /// Every round, the warm-up included, in order.
    pub rounds: Vec<Round>,
    /// Resources that were not measured, each with the reason.
    pub unavailable: BTreeMap<Resource, String>,
    /// One finding per measured resource, in the order of [`Resource::ALL`].
    pub growth: Vec<Growth>,
    /// Why the workload ended before its last round; `None` if it did not. A soak that was stopped
    /// is never Steady.
    pub stopped: Option<String>,
}

/// What the series of one resource shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Growth {
    /// What was counted.
    pub resource: Resource,
    /// What its series shows.
    pub verdict: Verdict,
    /// Why, in one sentence; for Undecided with what would decide it.
    pub reason: String,
    /// Retained per operation: the median slope of the rounds after warm-up, in blocks, bytes,
    /// files, ... `None` with too few rounds.
    pub per_operation: Option<f64>,
    /// The lower end of the slope's 95 % interval, per operation.
    pub low: Option<f64>,
    /// The upper end of the slope's 95 % interval, per operation.
    pub high: Option<f64>,
    /// The smallest growth per operation that a run of this length and noise shows.
    pub smallest_visible: Option<f64>,
}

impl Report {
    /// What was found for `resource`, if it was measured.
    pub fn growth_of(&self, resource: Resource) -> Option<&Growth> {
        self.growth.iter().find(|growth| growth.resource == resource)
    }

    /// The findings that grow.
    pub fn growing(&self) -> impl Iterator<Item = &Growth> {
        self.growth.iter().filter(|growth| growth.verdict == Verdict::Growing)
    }

    /// Every round's operations, added up.
    pub fn operations(&self) -> u64 {
        self.rounds.iter().map(|round| round.operations).sum()
    }
}
