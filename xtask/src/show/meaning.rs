//! The meaning of a result, in a sentence or two.

use std::time::Duration;

use exercise_harness::{explain, units};
use leak_meter::{Resource, Verdict};

use crate::document::VersionResult;
use crate::workspace::Exercise;

/// The meaning of `result` for the server of the bug report, at `rate` operations per second.
pub fn sentence(exercise: &Exercise, result: &VersionResult, rate: f64) -> String {
    let version = format!("The {}", result.version.noun());
    let Some(verdict) = result.verdict() else {
        let message = result.message.as_deref().unwrap_or_default();
        return format!("{version} has no verdict. {message}");
    };
    let stopped =
        result.report.as_ref().and_then(|report| report.stopped.as_ref()).map(|stopped| {
            format!(
                " Its workload stopped after {}: {stopped}",
                units::plural(result.rounds().len() as u64, "round")
            )
        });
    let sentence = match verdict {
        Verdict::Growing => {
            let kept: Vec<String> = result
                .growing(exercise.metadata.resources())
                .iter()
                .map(|growth| units::quantity(growth.resource, growth.per_operation.unwrap_or(0.0)))
                .collect();
            if kept.is_empty() {
                format!(
                    "{version} leaks: its growing lines keep memory, which the totals do not show."
                )
            } else {
                let (kept, end) =
                    (list(&kept), time_to_end(result, rate, exercise.metadata.open_files_limit));
                format!("{version} leaks: each operation leaves {kept} behind.{end}")
            }
        }
        Verdict::Steady => format!(
            "{version} is steady: as far as {} operations in {} rounds can show, it does not grow \
             with its work.",
            units::count(result.rounds().iter().map(|round| round.operations).sum()),
            result.rounds().len()
        ),
        // More rounds would not decide it.
        Verdict::Undecided if stopped.is_some() => format!("{version} is not proven either way."),
        Verdict::Undecided => format!("{version} is not proven either way. {}", undecided(result)),
    };
    let left = explain::left_behind(&result.left_behind).map(|left| format!(" {left}"));
    sentence + &stopped.unwrap_or_default() + &left.unwrap_or_default()
}

/// The undecided resources and gauges, each with the reason.
fn undecided(result: &VersionResult) -> String {
    let is_undecided = |verdict| verdict == Verdict::Undecided;
    let resources = result.growth().iter().filter(|growth| is_undecided(growth.verdict));
    let gauges = result.report.iter().flat_map(|report| &report.gauges);
    let gauges = gauges.filter(|gauge| is_undecided(gauge.verdict));
    let named = resources
        .map(|growth| (growth.resource.name(), &growth.reason))
        .chain(gauges.map(|gauge| (gauge.name.as_str(), &gauge.reason)));
    let mut reasons: Vec<String> =
        named.map(|(name, reason)| format!("{name}: {reason}.")).collect();
    if result.sites().iter().any(|site| is_undecided(site.verdict)) {
        reasons.push("See its undecided lines above.".to_owned());
    }
    reasons.join(" ")
}

/// When the server runs out of open files, of memory, or of both.
fn time_to_end(result: &VersionResult, rate: f64, open_files_limit: u64) -> String {
    let span = |seconds| units::span(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX));
    let files =
        result.growing(&[]).into_iter().find(|growth| growth.resource == Resource::OpenFiles);
    let files = files.and_then(|growth| growth.per_operation).map(|per_operation| {
        let seconds = open_files_limit as f64 / per_operation / rate;
        format!("{} open files are reached in {}", units::count(open_files_limit), span(seconds))
    });
    let memory = result.seconds_to_out_of_memory.map(|seconds| {
        format!(
            "{} of memory become {} in {}",
            units::bytes(explain::START_BYTES),
            units::bytes(explain::LIMIT_BYTES),
            span(seconds)
        )
    });
    let ends: Vec<String> = files.into_iter().chain(memory).collect();
    if ends.is_empty() {
        return String::new();
    }
    format!(" At {}, {}.", units::rate(rate), list(&ends))
}

/// `a, b and c`.
fn list(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [all @ .., last] => format!("{} and {last}", all.join(", ")),
    }
}
