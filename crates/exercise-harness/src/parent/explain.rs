//! Decides whether a trial passes, and explains its result in sentences.

use std::time::Duration;

use leak_meter::report::GaugeGrowth;
use leak_meter::{Growth, Report, Resource, Verdict};

pub use super::ending_code::describe as ending_code;
pub use super::failure_text::{failure_text, left_behind};
use super::failure_text::{panicked, with_output};
use super::places::holder_in_brief;
pub use super::places::{Section, excerpt, first_holder, growth_of, holders, places};
use super::trial_run::{Ending, TrialRun};
use crate::protocol::bound::Bound;
use crate::protocol::event::TrialOutcome;
use crate::protocol::exercise::Exercise;
use crate::protocol::phases::{Phase, Phases};
use crate::units;

/// The memory of the bug report's server at its start, in bytes.
pub const START_BYTES: f64 = 200e6;
/// The memory at which that server is killed, in bytes.
pub const LIMIT_BYTES: f64 = 2e9;
/// By how much a level may vary, as a share of it.
const LEVEL: f64 = 0.01;

/// `Ok` if the trial passes; otherwise what happened, in a few sentences.
///
/// # Errors
/// For every failure: a panic, a verdict other than Steady, an exceeded limit, a trial that did not
/// complete, and processes and files that were left behind.
pub fn verdict(run: &TrialRun, exercise: &Exercise) -> Result<(), String> {
    let verdict = match &run.ending {
        Ending::Completed(outcome) => outcome_verdict(outcome, exercise),
        ending => {
            Err(with_output(failure_text(ending, run.rounds.len(), &run.output), &run.output))
        }
    };
    match (verdict, left_behind(&run.left_behind)) {
        (verdict, None) => verdict,
        (Ok(()), Some(left)) => Err(left),
        (Err(sentence), Some(left)) => Err(format!("{left}\n{sentence}")),
    }
}

fn outcome_verdict(outcome: &TrialOutcome, exercise: &Exercise) -> Result<(), String> {
    match outcome {
        TrialOutcome::Behaved => Ok(()),
        TrialOutcome::Panicked { message } => Err(panicked(message)),
        TrialOutcome::Soaked { report } if report.verdict == Verdict::Steady => Ok(()),
        TrialOutcome::Soaked { report } => Err(growth(report, exercise)),
        TrialOutcome::Phased { phases } if phases.is_kept() => Ok(()),
        TrialOutcome::Phased { phases } => Err(self::phases(phases)),
        TrialOutcome::Bounded { bound } if bound.is_kept() => Ok(()),
        TrialOutcome::Bounded { bound } => Err(self::bound(bound)),
    }
}

/// Explains a soak whose verdict is not Steady. The call sites and who holds their blocks come last, where a short
/// terminal still shows them.
fn growth(report: &Report, exercise: &Exercise) -> String {
    let mut lines = Vec::new();
    let mut sites = None;
    let rounds = units::plural(report.rounds.len() as u64, "round");
    if report.verdict == Verdict::Growing {
        let operations = units::count(report.operations());
        let growing = |gauge: &&GaugeGrowth| gauge.verdict == Verdict::Growing;
        let gauges = report.gauges.iter().filter(growing).map(|gauge| {
            let rate = units::number(gauge.per_operation.unwrap_or(0.0));
            format!("  {rate} {} per operation", gauge.name)
        });
        let growing: Vec<String> = report.growing().map(growing_line).chain(gauges).collect();
        lines.push(format!(
            "It leaks: after {operations} operations in {rounds}, {}",
            match growing.as_slice() {
                // A line grows, and other blocks hide it in the total.
                [] => "the call sites below keep growing, which the totals do not show.",
                _ => "these keep growing:",
            }
        ));
        lines.extend(growing);
        sites = places(&report.sites, Verdict::Growing);
        lines.extend(time_to_out_of_memory(report, exercise.requests_per_second).map(|time| {
            format!(
                "At {}, {} become {} in {}.",
                units::rate(exercise.requests_per_second),
                units::bytes(START_BYTES),
                units::bytes(LIMIT_BYTES),
                units::span(time)
            )
        }));
    } else if report.stopped.is_none() {
        lines.push("Not proven steady yet:".to_owned());
        let open = report.growth.iter().filter(|growth| growth.verdict == Verdict::Undecided);
        lines.extend(open.map(|growth| format!("  {}: {}", growth.resource.name(), growth.reason)));
        let open = report.gauges.iter().filter(|gauge| gauge.verdict == Verdict::Undecided);
        lines.extend(open.map(|gauge| format!("  {}: {}", gauge.name, gauge.reason)));
        sites = places(&report.sites, Verdict::Undecided);
    } else {
        // Without "yet": a workload that has stopped cannot run more rounds.
        lines.push("Not proven steady.".to_owned());
    }
    lines.extend(
        report
            .stopped
            .as_ref()
            .map(|stopped| format!("The workload could not go on after {rounds}: {stopped}")),
    );
    lines.extend(report.attribution.advice.as_ref().map(|advice| format!("Note: {advice}.")));
    if report.attribution.sites_refused > 0 {
        let refused = units::count(report.attribution.sites_refused as u64);
        lines.push(format!("Note: {refused} allocations could not be attributed to a call site."));
    }
    let is_growing = report.verdict == Verdict::Growing;
    let holder = is_growing.then(|| holder_in_brief(report.holders.as_ref())).flatten();
    lines.extend(holder.into_iter().chain(sites).flat_map(Section::all));
    lines.join("\n")
}

/// The round, from 1, in which `resource` reached its final level. `None` if it was not measured.
pub fn level_round(report: &Report, resource: Resource) -> Option<usize> {
    let readings = report.rounds.iter().map(|round| round.reading(resource));
    let readings = readings.collect::<Option<Vec<u64>>>()?;
    let highest = *readings.iter().max()? as f64;
    let is_level = |reading: &u64| *reading as f64 * (1.0 + LEVEL) >= highest;
    readings.iter().position(is_level).map(|at| at + 1)
}

/// The operations of the first `rounds` rounds.
pub fn operations_until(report: &Report, rounds: usize) -> u64 {
    report.rounds.iter().take(rounds).map(|round| round.operations).sum()
}

fn growing_line(growth: &Growth) -> String {
    let [low, high] = [growth.low, growth.high].map(|value| {
        let value = value.unwrap_or(0.0);
        if growth.resource.is_bytes() { units::bytes(value) } else { units::number(value) }
    });
    let rate = units::quantity(growth.resource, growth.per_operation.unwrap_or(0.0));
    format!("  {rate} per operation (95 % interval {low} to {high})")
}

/// Explains the measurement of a bound trial.
pub fn bound(bound: &Bound) -> String {
    format!(
        "After {} there are {} {}; at most {} are allowed.",
        bound.after,
        units::reading(bound.resource, bound.measured),
        bound.resource.name(),
        units::reading(bound.resource, bound.limit)
    )
}

/// Explains the measurements of a phases trial, one line per phase.
pub fn phases(phases: &Phases) -> String {
    let line = |phase: &Phase| {
        let (time, after) = (phase.time().as_secs_f64(), units::bytes(phase.bytes_after as f64));
        match phase.per_operation() {
            Some(retained) => format!(
                "  {}, {:.0} operations per second for {time:.1} s: {} per operation, then {after}",
                phase.name,
                phase.rate(),
                units::bytes(retained)
            ),
            None => format!("  {} for {time:.1} s: then {after}", phase.name),
        }
    };
    let lines: Vec<String> = phases.phases.iter().map(line).collect();
    let limit = units::bytes(phases.limit_per_operation);
    let loaded = phases.phases.iter().filter(|phase| phase.operations > 0).count();
    let rule = if phases.is_kept() {
        format!("In at least one phase with traffic, an operation leaves at most {limit} behind")
    } else if loaded < 2 {
        format!("Only {} had traffic; two are required", units::plural(loaded as u64, "phase"))
    } else {
        format!(
            "In every phase with traffic, an operation leaves more than {limit} of live memory behind; \
             at least one phase must stay within it, because a single one may set something up"
        )
    };
    format!("{rule}. Live memory by phase:\n{}", lines.join("\n"))
}

/// The time in which the bug report's server grows from its memory at the start to its limit, at
/// this rate. `None` if live bytes do not grow.
pub fn time_to_out_of_memory(report: &Report, operations_per_second: f64) -> Option<Duration> {
    let growth = report.growth_of(Resource::LiveBytes)?;
    let per_operation = growth.per_operation.filter(|bytes| *bytes > 0.0)?;
    if growth.verdict != Verdict::Growing {
        return None;
    }
    let seconds = (LIMIT_BYTES - START_BYTES) / per_operation / operations_per_second;
    Duration::try_from_secs_f64(seconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_phases_states_the_rule() {
        let text = |bytes: [u64; 2], operations: [u64; 2]| {
            let phase = |(after, operations): (u64, u64)| Phase {
                name: "traffic".to_owned(),
                operations,
                nanoseconds: 1_000_000_000,
                bytes_before: 0,
                bytes_after: after,
            };
            let phases = bytes.into_iter().zip(operations).map(phase).collect();
            super::phases(&Phases { phases, limit_per_operation: 5.0 })
        };
        let with_traffic = |bytes| text(bytes, [100, 100]);
        assert!(with_traffic([9000, 100]).contains("In at least one phase with traffic"));
        let failed = with_traffic([9000, 8000]);
        assert!(failed.starts_with("In every phase with traffic"), "{failed}");
        assert!(failed.contains("more than 5.00 B") && failed.contains("at least one"), "{failed}");
        assert!(text([100, 100], [100, 0]).starts_with("Only 1 phase had traffic"));
    }
}
