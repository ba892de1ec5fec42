//! Judges the series of each resource and each gauge.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use super::sites::GrowingLines;
use crate::probe::Limit;
use crate::report::{GaugeGrowth, Growth};
use crate::series::{self, Resource, Round};
use crate::site::{Excluded, Reading};
use crate::verdict::decide::FEWEST_ROUNDS;
use crate::verdict::{Decision, Reason, Series, Verdict, decide, doubling, foreign, with_rest};

/// Everything that a verdict is based on.
#[derive(Debug)]
pub(crate) struct Evidence<'a> {
    /// The rounds, in order, all with the same number of operations.
    pub(crate) rounds: &'a [Round],
    /// The reading taken after the rest, if there was one.
    pub(crate) after_rest: Option<&'a Round>,
    /// Live blocks and bytes that are not judged: suppressed places, other tests and captured output.
    pub(crate) excluded: &'a Excluded,
    /// Resources that may grow up to a limit.
    pub(crate) bounds: &'a [(Resource, u64)],
    /// The limits set by the system.
    pub(crate) limits: &'a BTreeMap<Resource, Limit>,
    /// Resources that could not be measured from the start, with the reasons.
    pub(crate) unavailable: &'a BTreeMap<Resource, String>,
    /// Resources whose measurement failed during the soak, with the reasons.
    pub(crate) failed: &'a BTreeMap<Resource, String>,
    /// Whether the meter is the program's global allocator.
    pub(crate) installed: bool,
    /// Why the workload ended early, if it did.
    pub(crate) stopped: Option<&'a str>,
    /// The resources in which lines of the program grow.
    pub(crate) lines_grow: GrowingLines,
    /// The size of the largest blocks, in bytes: growth may hide in their spare capacity.
    pub(crate) largest_block: u64,
}

/// One finding for each resource that should have been measured.
///
/// The verdict is never Steady if readings are missing, the meter is not installed or the workload was stopped.
pub(crate) fn judge_resources(evidence: &Evidence<'_>) -> Vec<Growth> {
    let mut findings: Vec<Growth> = Resource::ALL
        .iter()
        .copied()
        .filter(|resource| resource.is_judged() && !evidence.unavailable.contains_key(resource))
        .map(|resource| judge_resource(evidence, resource))
        .collect();
    agree_on_the_heap(&mut findings, evidence.lines_grow);
    findings
}

/// The finding on one of the program's gauges.
pub(crate) fn judge_gauge(name: &str, readings: Vec<u64>, evidence: &Evidence<'_>) -> GaugeGrowth {
    let series = Series::new(&readings);
    let decision = with_end(series.decide(), evidence);
    let limit = limit_of(&decision, &series, 1.0);
    let [per_operation, low, high, detection_limit] = per_operation(&decision, limit, evidence);
    GaugeGrowth {
        name: name.to_owned(),
        verdict: decision.verdict,
        reason: decision.reason,
        per_operation,
        low,
        high,
        detection_limit,
        readings,
    }
}

/// The verdicts on resources that were read in every round.
pub(crate) fn verdicts_on_resources(rounds: &[Round]) -> Vec<Verdict> {
    let threads = most_threads(rounds);
    Resource::ALL
        .iter()
        .copied()
        .filter(|resource| resource.is_judged())
        .filter_map(|resource| Some((resource, series::series(rounds, resource)?)))
        .map(|(resource, values)| decide_on(resource, &values, threads).verdict)
        .collect()
}

/// Whether a finding counts towards the overall verdict. Memory of C code counts only if it is certain, because
/// the allocator's caches may make it fluctuate.
pub(crate) fn decides(growth: &Growth) -> bool {
    growth.resource != Resource::ForeignBytes || growth.verdict != Verdict::Undecided
}

/// The highest number of threads at the end of any round; 1 if they were not counted.
fn most_threads(rounds: &[Round]) -> u64 {
    rounds.iter().filter_map(|round| round.threads).max().unwrap_or(1)
}

/// The decision on the series of one resource.
fn decide_on(resource: Resource, readings: &[u64], threads: u64) -> Decision {
    match resource {
        Resource::ForeignBytes => foreign::decide(readings, threads),
        Resource::LiveBytes => doubling::decide(readings, 1),
        _ => decide::decide(readings),
    }
}

/// Adjusts the decision to the end of the workload: one that was stopped is never Steady.
fn with_end(mut decision: Decision, evidence: &Evidence<'_>) -> Decision {
    if let (Verdict::Steady, Some(stopped)) = (decision.verdict, evidence.stopped) {
        decision.verdict = Verdict::Undecided;
        decision.reason = Reason::EndedEarly { why: stopped.to_owned() };
    }
    decision
}

/// The decision on a resource with a system limit: based on the rounds before it came close to the limit, and
/// never Steady if it did.
fn with_limit(resource: Resource, values: &[u64], evidence: &Evidence<'_>) -> Decision {
    let threads = most_threads(evidence.rounds);
    let plain = decide_on(resource, values, threads);
    let Some(limit) = evidence.limits.get(&resource).copied() else { return plain };
    let reached = values.iter().position(|value| limit.is_reached(*value));
    let Some(reached) = reached else { return plain };
    if reached >= FEWEST_ROUNDS {
        let before = decide_on(resource, &values[..reached], threads);
        if before.verdict == Verdict::Growing {
            return before;
        }
    }
    if plain.verdict == Verdict::Growing {
        return plain;
    }
    Decision {
        verdict: Verdict::Undecided,
        reason: Reason::AtLimit { limit: limit.most },
        rate: None,
    }
}

/// The readings to judge, without excluded memory.
fn own_series(evidence: &Evidence<'_>, resource: Resource) -> Option<Vec<u64>> {
    let mut values = series::series(evidence.rounds, resource)?;
    for (value, excluded) in values.iter_mut().zip(&evidence.excluded.readings) {
        *value = without(*value, excluded, resource);
    }
    Some(values)
}

/// The reading after the rest without excluded memory, if there was a rest.
fn own_rest(evidence: &Evidence<'_>, resource: Resource) -> Option<u64> {
    let value = evidence.after_rest?.reading(resource)?;
    Some(without(value, &evidence.excluded.rest, resource))
}

fn without(value: u64, excluded: &Reading, resource: Resource) -> u64 {
    match resource {
        Resource::LiveBlocks => value.saturating_sub(excluded.blocks),
        Resource::LiveBytes => value.saturating_sub(excluded.bytes),
        _ => value,
    }
}

fn judge_resource(evidence: &Evidence<'_>, resource: Resource) -> Growth {
    let heap = matches!(resource, Resource::LiveBlocks | Resource::LiveBytes);
    if heap && !evidence.installed {
        let why = "leak_meter::Allocator is not this program's global allocator, so nothing \
                   was counted; declare one with #[global_allocator]";
        return undecided(resource, Reason::NotMeasured { why: why.to_owned() });
    }
    let Some(values) = own_series(evidence, resource) else {
        let why = evidence.failed.get(&resource).cloned();
        let why = why.unwrap_or_else(|| "a reading is missing".to_owned());
        return undecided(resource, Reason::NotMeasured { why });
    };
    let decision = with_end(with_limit(resource, &values, evidence), evidence);
    let mut decision = with_rest(decision, &values, own_rest(evidence, resource));
    let bound = evidence.bounds.iter().find(|(bounded, _)| *bounded == resource);
    if let (Verdict::Growing, Some((_, bound)), Some(last)) =
        (decision.verdict, bound, values.last())
        && last <= bound
    {
        decision.verdict = Verdict::Steady;
        decision.reason = Reason::WithinBound { bound: *bound };
    }
    if let (Resource::LiveBytes, Some(blocks)) =
        (resource, own_series(evidence, Resource::LiveBlocks))
    {
        let blocks = decide::decide(&blocks);
        decision.rate = decision.rate.map(|rate| rate.of_bytes(&values, &blocks));
    }
    let limit = limit_of(&decision, &Series::new(&values), piece(resource, evidence));
    let limit = limit.map(|limit| limit.max(spare_room(resource, evidence)));
    let [per_operation, low, high, detection_limit] = per_operation(&decision, limit, evidence);
    Growth {
        resource,
        verdict: decision.verdict,
        reason: decision.reason,
        per_operation,
        low,
        high,
        detection_limit,
    }
}

/// The detection limit of a Steady series, per round. It is never below the interval of the measured growth.
pub(crate) fn limit_of(decision: &Decision, series: &Series, piece: f64) -> Option<f64> {
    let limit = match (decision.verdict, &decision.reason) {
        (Verdict::Steady, Reason::WithinTolerance { tolerance, rounds }) => {
            Some(*tolerance as f64 / *rounds as f64)
        }
        (Verdict::Steady, Reason::WithinBound { .. } | Reason::ReleasedAtRest) => None,
        (Verdict::Steady, _) => series.detection_limit(piece),
        _ => None,
    };
    let high = decision.rate.map_or(0.0, |rate| rate.high);
    limit.map(|limit| limit.max(high))
}

/// The unit in which a resource is expected to leak: bytes leak in blocks.
fn piece(resource: Resource, evidence: &Evidence<'_>) -> f64 {
    let last = evidence.rounds.last();
    match (resource, last) {
        (Resource::LiveBytes, Some(last)) if last.live_blocks > 0 => {
            last.live_bytes as f64 / last.live_blocks as f64
        }
        _ => 1.0,
    }
}

/// The growth per round that may hide in the spare capacity of the largest container during the whole run: at
/// most half of its block.
fn spare_room(resource: Resource, evidence: &Evidence<'_>) -> f64 {
    match resource {
        Resource::LiveBytes => {
            evidence.largest_block as f64 / 2.0 / evidence.rounds.len().max(1) as f64
        }
        _ => 0.0,
    }
}

/// Makes the findings on the heap's totals consistent with each other and with the program's lines: growth of
/// total bytes alone does not count, and a total is not steady while a line grows.
fn agree_on_the_heap(findings: &mut [Growth], lines: GrowingLines) {
    let verdict_on = |findings: &[Growth], resource| {
        findings.iter().find(|found| found.resource == resource).map(|found| found.verdict)
    };
    let blocks_grow = verdict_on(findings, Resource::LiveBlocks) == Some(Verdict::Growing);
    for found in findings {
        let reason = match (found.resource, found.verdict) {
            (Resource::LiveBytes, Verdict::Growing) if !blocks_grow && !lines.bytes => {
                Reason::OnlyTotalBytes
            }
            (Resource::LiveBlocks, Verdict::Steady) if lines.blocks => Reason::HiddenByOthers,
            (Resource::LiveBytes, Verdict::Steady) if lines.bytes => Reason::HiddenByOthers,
            _ => continue,
        };
        *found = undecided(found.resource, reason);
    }
}

/// The rate of a decision, the ends of its interval, and its detection limit, converted from rounds to
/// operations.
fn per_operation(
    decision: &Decision,
    limit: Option<f64>,
    evidence: &Evidence<'_>,
) -> [Option<f64>; 4] {
    let operations = evidence.rounds.first().map_or(1, |round| round.operations).max(1) as f64;
    let rate = decision.rate;
    [rate.map(|rate| rate.per_round), rate.map(|rate| rate.low), rate.map(|rate| rate.high), limit]
        .map(|per_round| per_round.map(|value| value / operations))
}

fn undecided(resource: Resource, reason: Reason) -> Growth {
    Growth {
        resource,
        verdict: Verdict::Undecided,
        reason,
        per_operation: None,
        low: None,
        high: None,
        detection_limit: None,
    }
}
