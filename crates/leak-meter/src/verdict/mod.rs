//! From series of numbers to verdicts: pure functions, without a clock and without input or output.
//!
//! A soak takes one reading per round. What a program rightly keeps makes the series level off,
//! swing, or rise once; a leak makes it rise for as long as there is work. See [`decide`] for how
//! the two are told apart, and [`trend`] for the statistics that it stands on.

pub mod container;
pub mod decide;
pub mod foreign;
pub mod shape;
pub mod trend;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::report::{GaugeGrowth, Growth};
use crate::series::{self, Resource, Round};
use crate::site::Reading;
use decide::Decision;
pub use foreign::FOREIGN_TOLERANCE;

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
pub(crate) struct Evidence<'a> {
    /// The rounds, in order, all of the same number of operations.
    pub(crate) rounds: &'a [Round],
    /// Live blocks and bytes, round by round, that are no part of what is judged: suppressed places,
    /// other tests and captured output. Empty if there are none.
    pub(crate) apart: &'a [Reading],
    /// Resources that may grow up to a limit.
    pub(crate) bounds: &'a [(Resource, u64)],
    /// Resources that could not be measured from the start, each with the reason.
    pub(crate) unavailable: &'a BTreeMap<Resource, String>,
    /// Resources whose measurement failed on the way, each with the reason.
    pub(crate) failed: &'a BTreeMap<Resource, String>,
    /// Whether the meter is the program's global allocator.
    pub(crate) installed: bool,
    /// Why the workload ended early, if it did.
    pub(crate) stopped: Option<&'a str>,
}

/// One finding for each resource that was to be measured.
///
/// Missing readings, a meter that is not installed and a workload that was stopped never give
/// Steady.
pub(crate) fn judge(evidence: &Evidence<'_>) -> Vec<Growth> {
    Resource::ALL
        .into_iter()
        .filter(|resource| resource.is_judged() && !evidence.unavailable.contains_key(resource))
        .map(|resource| judge_resource(evidence, resource))
        .collect()
}

/// What the readings of a program's own gauge show.
pub(crate) fn judge_gauge(name: &str, readings: Vec<u64>, evidence: &Evidence<'_>) -> GaugeGrowth {
    let (verdict, decision) = with_end(decide::decide(&readings), evidence);
    let operations = operations_per_round(evidence);
    GaugeGrowth {
        name: name.to_owned(),
        verdict,
        reason: decision.reason,
        per_operation: decision.slope.map(|slope| slope.median / operations),
        low: decision.slope.map(|slope| slope.low / operations),
        high: decision.slope.map(|slope| slope.high / operations),
        smallest_visible: decision.smallest_visible.map(|rate| rate / operations),
        readings,
    }
}

fn operations_per_round(evidence: &Evidence<'_>) -> f64 {
    evidence.rounds.first().map_or(1, |round| round.operations).max(1) as f64
}

/// The decision on the series of one resource.
fn decide_on(resource: Resource, readings: &[u64]) -> Decision {
    match resource {
        Resource::ForeignBytes => foreign::decide(readings),
        _ => decide::decide(readings),
    }
}

/// The decision in view of how the workload ended: one that was stopped is never Steady.
fn with_end(mut decision: Decision, evidence: &Evidence<'_>) -> (Verdict, Decision) {
    if let (Verdict::Steady, Some(stopped)) = (decision.verdict, evidence.stopped) {
        decision.verdict = Verdict::Undecided;
        decision.reason = format!("it was steady until the workload was stopped: {stopped}");
    } else if let (Verdict::Undecided, Some(stopped)) = (decision.verdict, evidence.stopped) {
        decision.reason = format!("the workload was stopped too early to tell: {stopped}");
    }
    (decision.verdict, decision)
}

/// The readings that are judged: without what is kept apart.
fn own_series(evidence: &Evidence<'_>, resource: Resource) -> Option<Vec<u64>> {
    let mut values = series::series(evidence.rounds, resource)?;
    for (value, apart) in values.iter_mut().zip(evidence.apart) {
        *value = match resource {
            Resource::LiveBlocks => value.saturating_sub(apart.blocks),
            Resource::LiveBytes => value.saturating_sub(apart.bytes),
            _ => *value,
        };
    }
    Some(values)
}

/// The verdicts on the resources that were read in every round.
pub(crate) fn of_resources(rounds: &[Round]) -> Vec<Verdict> {
    Resource::ALL
        .into_iter()
        .filter(|resource| resource.is_judged())
        .filter_map(|resource| Some((resource, series::series(rounds, resource)?)))
        .map(|(resource, values)| decide_on(resource, &values).verdict)
        .collect()
}

/// Whether a finding is part of the overall verdict: memory of C code only if it is certain, since
/// what the heap keeps at hand may make it waver.
pub(crate) fn counts(growth: &Growth) -> bool {
    growth.resource != Resource::ForeignBytes || growth.verdict != Verdict::Undecided
}

/// Growing if any is, Steady if all are.
pub(crate) fn overall(mut verdicts: impl Iterator<Item = Verdict> + Clone) -> Verdict {
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
    let Some(values) = own_series(evidence, resource) else {
        let reason = evidence.failed.get(&resource).cloned();
        return undecided(resource, reason.unwrap_or_else(|| "a reading is missing".to_owned()));
    };
    let (mut verdict, decision) = with_end(decide_on(resource, &values), evidence);
    let mut reason = decision.reason;
    let operations = operations_per_round(evidence);
    let bound = evidence.bounds.iter().find(|(bounded, _)| *bounded == resource);
    if let (Verdict::Growing, Some((_, limit)), Some(last)) = (verdict, bound, values.last())
        && last <= limit
    {
        verdict = Verdict::Steady;
        reason = format!("it grows, within its declared bound of {limit}");
    }
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
