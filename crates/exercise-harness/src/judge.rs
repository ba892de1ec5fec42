//! From how a trial ended to whether it passes, and the sentence that says why not.

use std::time::Duration;

use leak_meter::report::GaugeGrowth;
use leak_meter::site::Site;
use leak_meter::{Growth, Holders, Report, Resource, Verdict};

use crate::alone::{Ended, Ending};
use crate::context::Bound;
use crate::event::TrialOutcome;
use crate::exercise::Exercise;
use crate::phases::{Phase, Phases};
pub use crate::unfinished::{left_running, unfinished};
use crate::unfinished::{panicked, with_output};
use crate::units;

/// The memory of the bug report's server when it starts, in bytes.
pub const START_BYTES: f64 = 200e6;
/// The memory at which it is killed, in bytes.
pub const LIMIT_BYTES: f64 = 2e9;
/// Growing lines that are shown; the rest are counted.
pub const MOST_LINES: usize = 3;

/// `Ok` if the trial passes; otherwise what happened, in a few sentences.
///
/// # Errors
/// For every failure: a behaviour that is not as it should be, a verdict other than Steady, a bound
/// that is not kept, and a trial that did not come to its end.
pub fn verdict_of(ended: &Ended, exercise: &Exercise) -> Result<(), String> {
    let verdict = match &ended.ending {
        Ending::Told(outcome) => verdict_of_outcome(outcome, exercise),
        other => Err(with_output(unfinished(other, ended.rounds.len()), &ended.output)),
    };
    match (verdict, left_running(&ended.left_running)) {
        (verdict, None) => verdict,
        (Ok(()), Some(left)) => Err(left),
        (Err(sentence), Some(left)) => Err(format!("{sentence}\n{left}")),
    }
}

fn verdict_of_outcome(outcome: &TrialOutcome, exercise: &Exercise) -> Result<(), String> {
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

/// A soak that did not end as Steady.
pub fn growth(report: &Report, exercise: &Exercise) -> String {
    let mut lines = Vec::new();
    let rounds = report.rounds.len();
    if report.verdict == Verdict::Growing {
        let operations = units::count(report.operations());
        lines.push(format!(
            "It leaks: after {operations} operations in {rounds} rounds, this stays and keeps \
             growing:"
        ));
        lines.extend(report.growing().map(growing_line));
        let growing = |gauge: &&GaugeGrowth| gauge.verdict == Verdict::Growing;
        lines.extend(report.gauges.iter().filter(growing).map(|gauge| {
            let rate = units::number(gauge.per_operation.unwrap_or(0.0));
            format!("  {rate} {} per operation", gauge.name)
        }));
        lines.extend(places(&report.sites, Verdict::Growing));
        lines.extend(holders(report.holders.as_ref()));
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
        lines.extend(places(&report.sites, Verdict::Undecided));
    } else {
        // More rounds would decide nothing: there can be none.
        lines.push("Not proven steady.".to_owned());
    }
    lines.extend(report.stopped.as_ref().map(|stopped| {
        let rounds = if rounds == 1 { "1 round".to_owned() } else { format!("{rounds} rounds") };
        format!("The workload could not go on after {rounds}: {stopped}")
    }));
    lines.extend(report.attribution.advice.as_ref().map(|advice| format!("Note: {advice}.")));
    if report.attribution.sites_refused > 0 {
        let refused = units::count(report.attribution.sites_refused as u64);
        lines.push(format!("Note: {refused} allocations could not be told apart by their line."));
    }
    lines.join("\n")
}

/// The lines with this verdict under a heading, at most [`MOST_LINES`] of them, each in a few
/// indented lines of text; nothing where there are none.
///
/// A place, `path:line` from the workspace, has a line of its own, so that a terminal links it.
pub fn places(sites: &[Site], verdict: Verdict) -> Vec<String> {
    let found: Vec<&Site> = sites.iter().filter(|site| site.verdict == verdict).collect();
    let heading = match verdict {
        Verdict::Growing => "Allocated, and not given back, by:",
        _ => "Undecided, allocated by:",
    };
    let mut lines = vec![heading.to_owned()];
    for site in found.iter().take(MOST_LINES) {
        lines.push(format!("  {}", site.function));
        lines.push(match (&site.file, site.line) {
            (Some(file), Some(line)) => format!("    {file}:{line}"),
            _ => format!("    {}", site.no_line.as_deref().unwrap_or("its line is not known")),
        });
        lines.push(format!(
            "    {} blocks and {} per operation",
            units::number(site.blocks_per_operation.unwrap_or(0.0)),
            units::bytes(site.bytes_per_operation.unwrap_or(0.0)),
        ));
        if verdict != Verdict::Growing {
            lines.push(format!("    {}", site.reason));
        }
    }
    match found.len() {
        0 => Vec::new(),
        count if count > MOST_LINES => {
            lines.push(format!("  and {} more", count - MOST_LINES));
            lines
        }
        _ => lines,
    }
}

/// Who holds what grows, as a short tree under a heading; nothing where that was not looked for.
pub fn holders(holders: Option<&Holders>) -> Vec<String> {
    let lines = holders.map(Holders::lines).unwrap_or_default();
    if lines.is_empty() {
        return lines;
    }
    let heading = "Who holds it:".to_owned();
    std::iter::once(heading).chain(lines.into_iter().map(|line| format!("  {line}"))).collect()
}

fn growing_line(growth: &Growth) -> String {
    let quantity = |value: Option<f64>| units::quantity(growth.resource, value.unwrap_or(0.0));
    let ends = [growth.low, growth.high].map(|value| {
        let value = value.unwrap_or(0.0);
        if growth.resource.is_bytes() { units::bytes(value) } else { units::number(value) }
    });
    format!(
        "  {} per operation (95 % interval {} to {})",
        quantity(growth.per_operation),
        ends[0],
        ends[1]
    )
}

/// A bound that is not kept.
pub fn bound(bound: &Bound) -> String {
    let reading = |value| {
        let value = units::reading(bound.resource, value);
        format!("{value} {}", bound.resource.name())
    };
    format!(
        "After {} there are {}; at most {} are allowed.",
        bound.after,
        reading(bound.measured),
        units::reading(bound.resource, bound.limit)
    )
}

/// What was measured in phases, one line for each.
pub fn phases(phases: &Phases) -> String {
    let line = |phase: &Phase| {
        let (time, after) = (phase.time().as_secs_f64(), units::bytes(phase.bytes_after as f64));
        match phase.per_operation() {
            Some(left) => format!(
                "  {}, {:.0} operations per second for {time:.1} s: {} per operation, then {after}",
                phase.name,
                phase.rate(),
                units::bytes(left)
            ),
            None => format!("  {} for {time:.1} s: then {after}", phase.name),
        }
    };
    let lines: Vec<String> = phases.phases.iter().map(line).collect();
    let limit = units::bytes(phases.limit_per_operation);
    format!("Live memory, of which an operation may leave {limit} behind:\n{}", lines.join("\n"))
}

/// How long the bug report's server lives at this growth: from its memory at the start to the
/// limit, at a rate of operations per second. `None` if live bytes do not grow.
pub fn time_to_out_of_memory(report: &Report, operations_per_second: f64) -> Option<Duration> {
    let growth = report.growth_of(Resource::LiveBytes)?;
    let per_operation = growth.per_operation.filter(|bytes| *bytes > 0.0)?;
    if growth.verdict != Verdict::Growing {
        return None;
    }
    let seconds = (LIMIT_BYTES - START_BYTES) / per_operation / operations_per_second;
    Duration::try_from_secs_f64(seconds).ok()
}
