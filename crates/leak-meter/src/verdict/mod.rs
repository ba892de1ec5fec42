//! From series of numbers to verdicts: pure functions, without a clock and without input or output.
//!
//! A soak takes one reading per round. What a program rightly keeps makes the series level off,
//! swing, or rise once; a leak makes it rise for as long as there is work. See [`decide`] for how
//! the two are told apart, and [`trend`] for the statistics that it stands on.

pub mod decide;
pub mod shape;
pub mod trend;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::report::Growth;
use crate::series::{self, Resource, Round};

/// What a series shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It rises with the work, for as long as it was watched.
    Growing,
    /// It does not rise, as far as a run of this length and noise can see.
    Steady,
    /// The evidence is contrary or too little.
    Undecided,
}

impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Growing => "Growing",
            Self::Steady => "Steady",
            Self::Undecided => "Undecided",
        })
    }
}

/// All that a verdict rests on.
#[derive(Debug)]
pub struct Evidence<'a> {
    /// The rounds, in order, all of the same number of operations.
    pub rounds: &'a [Round],
    /// Resources that could not be measured from the start, each with the reason.
    pub unavailable: &'a BTreeMap<Resource, String>,
    /// Resources whose measurement failed on the way, each with the reason.
    pub failed: &'a BTreeMap<Resource, String>,
    /// Whether the meter is the program's global allocator.
    pub installed: bool,
    /// Why the workload ended early, if it did.
    pub stopped: Option<&'a str>,
}

/// The overall verdict, and one finding for each resource that was to be measured.
///
/// Growing if any resource is Growing, Steady only if all are. Missing readings, a meter that is
/// not installed and a workload that was stopped never give Steady.
pub fn judge(evidence: &Evidence<'_>) -> (Verdict, Vec<Growth>) {
    let growth: Vec<Growth> = Resource::ALL
        .into_iter()
        .filter(|resource| !evidence.unavailable.contains_key(resource))
        .map(|resource| judge_resource(evidence, resource))
        .collect();
    (overall(growth.iter().map(|growth| growth.verdict)), growth)
}

/// Whether more rounds could not change any resource's verdict.
pub fn is_decided(rounds: &[Round]) -> bool {
    Resource::ALL
        .into_iter()
        .filter_map(|resource| series::series(rounds, resource))
        .all(|values| decide::decide(&values).verdict != Verdict::Undecided)
}

fn overall(mut verdicts: impl Iterator<Item = Verdict> + Clone) -> Verdict {
    if verdicts.clone().any(|verdict| verdict == Verdict::Growing) {
        Verdict::Growing
    } else if verdicts.all(|verdict| verdict == Verdict::Steady) {
        Verdict::Steady
    } else {
        Verdict::Undecided
    }
}

fn judge_resource(evidence: &Evidence<'_>, resource: Resource) -> Growth {
    let heap = matches!(resource, Resource::LiveBlocks | Resource::LiveBytes);
    if heap && !evidence.installed {
        let reason = "leak_meter::Allocator is not this program's global allocator, so nothing \
                      was counted; declare one with #[global_allocator]";
        return undecided(resource, reason.to_owned());
    }
    let Some(values) = series::series(evidence.rounds, resource) else {
        let reason = evidence.failed.get(&resource).cloned();
        return undecided(resource, reason.unwrap_or_else(|| "a reading is missing".to_owned()));
    };
    let decision = decide::decide(&values);
    let operations = evidence.rounds.first().map_or(1, |round| round.operations).max(1) as f64;
    let (verdict, reason) = match (decision.verdict, evidence.stopped) {
        (Verdict::Steady, Some(stopped)) => {
            (Verdict::Undecided, format!("it was steady until the workload was stopped: {stopped}"))
        }
        (verdict, _) => (verdict, decision.reason),
    };
    Growth {
        resource,
        verdict,
        reason,
        per_operation: decision.slope.map(|slope| slope.median / operations),
        low: decision.slope.map(|slope| slope.low / operations),
        high: decision.slope.map(|slope| slope.high / operations),
        smallest_visible: decision.smallest_visible.map(|rate| rate / operations),
    }
}

fn undecided(resource: Resource, reason: String) -> Growth {
    Growth {
        resource,
        verdict: Verdict::Undecided,
        reason,
        per_operation: None,
        low: None,
        high: None,
        smallest_visible: None,
    }
}
