//! From how a trial ended to whether it passes, and the sentence that says why not.

use std::time::Duration;

use leak_meter::{Growth, Report, Resource, Verdict};

use crate::alone::{Ended, Ending};
use crate::context::Bound;
use crate::event::TrialOutcome;
use crate::exercise::Exercise;
use crate::units;

/// The memory of the bug report's server when it starts, in bytes.
pub const START_BYTES: f64 = 200e6;
/// The memory at which it is killed, in bytes.
pub const LIMIT_BYTES: f64 = 2e9;

/// `Ok` if the trial passes; otherwise what happened, in a few sentences.
///
/// # Errors
/// For every failure: a behaviour that is not as it should be, a verdict other than Steady, a bound
/// that is not kept, and a trial that did not come to its end.
pub fn verdict_of(ended: &Ended, exercise: &Exercise) -> Result<(), String> {
    let outcome = match &ended.ending {
        Ending::Told(outcome) => outcome,
        other => return Err(with_output(unfinished(other, ended.rounds.len()), &ended.output)),
    };
    match outcome {
        TrialOutcome::Behaved => Ok(()),
        TrialOutcome::Panicked { message } => Err(format!("It panicked: {message}")),
        TrialOutcome::Soaked { report } if report.verdict == Verdict::Steady => Ok(()),
        TrialOutcome::Soaked { report } => Err(growth(report, exercise)),
        TrialOutcome::Bounded { bound } if bound.is_kept() => Ok(()),
        TrialOutcome::Bounded { bound } => Err(self::bound(bound)),
    }
}

/// A trial that did not come to its end.
pub fn unfinished(ending: &Ending, rounds: usize) -> String {
    let so_far = match rounds {
        0 => String::new(),
        1 => " It had measured 1 round.".to_owned(),
        rounds => format!(" It had measured {rounds} rounds."),
    };
    match ending {
        Ending::Told(_) => "It came to its end.".to_owned(),
        Ending::Aborted { signal } => format!(
            "Its process was ended by signal {signal}{} before the trial was over.{so_far}",
            name_of(*signal)
        ),
        Ending::Exited { code } => format!(
            "Its process ended with exit code {code} before the trial was over; look for a call \
             of std::process::exit.{so_far}"
        ),
        Ending::TimedOut { after } => format!(
            "It was ended after {} without a result; look for a loop or a wait without an \
             end.{so_far}",
            units::span(*after)
        ),
        Ending::Malformed { fault } => {
            format!("Its event stream cannot be trusted: {fault}. Nothing of it is counted.")
        }
    }
}

/// A soak that did not end as Steady.
pub fn growth(report: &Report, exercise: &Exercise) -> String {
    let mut lines = Vec::new();
    if report.verdict == Verdict::Growing {
        let rounds = report.rounds.len();
        let operations = units::count(report.operations());
        lines.push(format!(
            "It leaks: after {operations} operations in {rounds} rounds, this stays and keeps \
             growing:"
        ));
        lines.extend(report.growing().map(growing_line));
        lines.extend(time_to_out_of_memory(report, exercise.requests_per_second).map(|time| {
            format!(
                "At {}, {} become {} in {}.",
                units::rate(exercise.requests_per_second),
                units::bytes(START_BYTES),
                units::bytes(LIMIT_BYTES),
                units::span(time)
            )
        }));
    } else {
        lines.push("Not proven steady yet:".to_owned());
        let open = report.growth.iter().filter(|growth| growth.verdict == Verdict::Undecided);
        lines.extend(open.map(|growth| format!("  {}: {}", growth.resource.name(), growth.reason)));
    }
    lines.extend(report.stopped.as_ref().map(|stopped| {
        format!("The workload could not go on after {} rounds: {stopped}", report.rounds.len())
    }));
    lines.join("\n")
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

fn with_output(sentence: String, output: &str) -> String {
    if output.is_empty() { sentence } else { format!("{sentence}\nIt had printed:\n{output}") }
}

fn name_of(signal: i32) -> &'static str {
    match signal {
        4 => " (illegal instruction)",
        6 => " (abort)",
        7 => " (bus error)",
        9 => " (killed)",
        11 => " (segmentation fault)",
        15 => " (terminated)",
        _ => "",
    }
}
