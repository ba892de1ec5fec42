//! What a result means, in a sentence or two.

use std::time::Duration;

use exercise_harness::{explain, units};
use leak_meter::{Resource, Verdict};

use crate::document::VersionResult;
use crate::workspace::Entry;

/// The open files that a process is usually allowed.
const USUAL_OPEN_FILES: f64 = 1024.0;

/// What `result` means for the server of the bug report, at `rate` operations per second.
pub fn of(entry: &Entry, result: &VersionResult, rate: f64) -> String {
    let version = format!("The {}", result.version.noun());
    let Some(verdict) = result.verdict else {
        let message = result.message.as_deref().unwrap_or_default();
        return format!("{version} has no verdict. {message}");
    };
    let stopped = result.stopped.as_ref().map(|stopped| {
        format!(" Its workload could not go on after {} rounds: {stopped}", result.rounds.len())
    });
    let sentence = match verdict {
        Verdict::Growing => {
            let kept: Vec<String> = result
                .growing(entry.metadata.resources())
                .iter()
                .map(|growth| units::quantity(growth.resource, growth.per_operation.unwrap_or(0.0)))
                .collect();
            format!(
                "{version} leaks: each operation leaves {} behind.{}",
                list(&kept),
                time(result, rate)
            )
        }
        Verdict::Steady => format!(
            "{version} is steady: what it holds does not grow with its work, as far as {} operations \
             in {} rounds can show.",
            units::count(result.rounds.iter().map(|round| round.operations).sum()),
            result.rounds.len()
        ),
        // What stopped it is said below; more rounds would not decide.
        Verdict::Undecided if stopped.is_some() => format!("{version} is not proven either way."),
        Verdict::Undecided => format!("{version} is not proven either way. {}", open(result)),
    };
    let left = explain::left_running(&result.left_running).map(|left| format!(" {left}"));
    sentence + &stopped.unwrap_or_default() + &left.unwrap_or_default()
}

/// What is undecided, each with the reason.
fn open(result: &VersionResult) -> String {
    let undecided = |verdict| verdict == Verdict::Undecided;
    let resources = result.growth.iter().filter(|growth| undecided(growth.verdict));
    let gauges = result.gauges.iter().filter(|gauge| undecided(gauge.verdict));
    let named = resources
        .map(|growth| (growth.resource.name(), &growth.reason))
        .chain(gauges.map(|gauge| (gauge.name.as_str(), &gauge.reason)));
    let mut reasons: Vec<String> =
        named.map(|(name, reason)| format!("{name}: {reason}.")).collect();
    if result.sites.iter().any(|site| undecided(site.verdict)) {
        reasons.push("See its undecided lines above.".to_owned());
    }
    reasons.join(" ")
}

/// When the server ends by it: out of open files, out of memory, or both.
fn time(result: &VersionResult, rate: f64) -> String {
    let span = |seconds| units::span(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX));
    let files =
        result.growing(&[]).into_iter().find(|growth| growth.resource == Resource::OpenFiles);
    let files = files.and_then(|growth| growth.per_operation).map(|per_operation| {
        let seconds = USUAL_OPEN_FILES / per_operation / rate;
        format!("{} open files are reached in {}", units::number(USUAL_OPEN_FILES), span(seconds))
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

/// Words in a row: `a, b and c`.
fn list(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [all @ .., last] => format!("{} and {last}", all.join(", ")),
    }
}
