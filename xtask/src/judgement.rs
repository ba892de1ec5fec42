//! A learner's judgement of an exercise as it was shipped: a leak, or no leak. It is compared with the
//! measurement. Until there is one, the runner shows what an exercise keeps in a short window, and
//! whether it leaks neither in words nor by a verdict.

use std::fmt;
use std::fs;

use anyhow::Context as _;
use exercise_harness::SoakSettings;
use leak_meter::{Resource, Round, Verdict};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::document::VersionResult;
use crate::files;
use crate::location;
use crate::shipped;
use crate::state_dir;
use crate::workspace::{Exercise, Version};

/// The rounds of the window: too few for any verdict.
pub const WINDOW_ROUNDS: usize = 11;

/// The fields that tell whether something leaks.
const VERDICTS: [&str; 14] = [
    "verdict",
    "reason",
    "per_operation",
    "low",
    "high",
    "detection_limit",
    "blocks_per_operation",
    "bytes_per_operation",
    "bytes_low",
    "bytes_high",
    "holders",
    "seconds_to_out_of_memory",
    "phases",
    "ended_early",
];

/// What a learner takes an exercise for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// It leaks
    Leak,
    /// Its growth is fine: it ends by itself
    NoLeak,
}

impl fmt::Display for Answer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Leak => "a leak",
            Self::NoLeak => "no leak",
        })
    }
}

/// A judgement, compared with the measurement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Judgement {
    /// The answer.
    pub answer: Answer,
    /// Where it leaks, or why it does not, in the learner's words.
    pub why: String,
    /// Whether the measurement agrees.
    pub is_right: bool,
    /// Whether `why` names a file in which the measurement finds the leak; `None` if it names none.
    pub is_place_right: Option<bool>,
}

/// The stored judgement of `exercise`, if there is one.
pub fn stored(exercise: &Exercise) -> Option<Judgement> {
    let text = fs::read_to_string(state_dir::judgement(&exercise.root, &exercise.name)).ok()?;
    serde_json::from_str(&text).ok()
}

/// Whether `exercise` is not judged yet, so that whether it leaks must not be shown.
pub fn is_missing(exercise: &Exercise) -> bool {
    stored(exercise).is_none()
}

/// Refuses if `exercise` is not judged yet and is not to be revealed. `what` would tell whether it leaks; it
/// ends the sentence "It is not judged yet, and ...".
///
/// # Errors
/// When it is refused, with the next step.
pub fn require(exercise: &Exercise, reveals: bool, what: &str) -> anyhow::Result<()> {
    anyhow::ensure!(
        reveals || !is_missing(exercise),
        "{0} is not judged yet, and {what}.\nFirst: cargo xtask judge {0}. Or add --reveal.",
        exercise.name
    );
    Ok(())
}

/// Compares `answer` with `result`, a measurement of the shipped version of `exercise`, and stores it.
///
/// # Errors
/// When the measurement has no verdict to compare with, or when the judgement cannot be stored.
pub fn hand_in(
    exercise: &Exercise,
    answer: Answer,
    why: &str,
    result: &VersionResult,
) -> anyhow::Result<Judgement> {
    let measured = match result.verdict() {
        Some(Verdict::Growing) => Answer::Leak,
        Some(Verdict::Steady) => Answer::NoLeak,
        Some(Verdict::Undecided) | None => anyhow::bail!(
            "There is no verdict to compare your answer with, so it is not stored. {}\n\
             Next: try again, or see why: cargo xtask run {} --reveal",
            result.message.as_deref().unwrap_or_default(),
            exercise.name
        ),
    };
    let judgement = Judgement {
        answer,
        why: why.trim().to_owned(),
        is_right: answer == measured,
        is_place_right: (answer == Answer::Leak && measured == Answer::Leak)
            .then(|| names_a_place(exercise, why, result))
            .flatten(),
    };
    let text = serde_json::to_vec_pretty(&judgement)?;
    files::write(&state_dir::judgement(&exercise.root, &exercise.name), &text)
        .context("the judgement cannot be stored")?;
    Ok(judgement)
}

/// Whether a file that `why` names is one of those with growing lines, with the holder, or with the fix.
/// `None` if it names no file of the exercise.
fn names_a_place(exercise: &Exercise, why: &str, result: &VersionResult) -> Option<bool> {
    let folder = exercise.folder(Version::Exercise);
    let files = files::files_below(&exercise.path(&folder)).ok()?;
    let name = |path: &str| path.rsplit('/').next().unwrap_or(path).to_owned();
    let is_named = |file: &&String| {
        let file = name(file);
        why.split(|letter: char| !letter.is_alphanumeric() && !"._-".contains(letter))
            .any(|word| word.trim_end_matches('.') == file)
    };
    let named: Vec<String> = files.iter().filter(is_named).map(|file| name(file)).collect();
    let growing = location::growing(result.sites()).filter_map(|site| site.file.as_deref());
    let steps = result.holders().into_iter().flat_map(|holders| &holders.findings);
    let steps = steps.flat_map(|finding| finding.place().into_iter().chain(&finding.steps));
    let held = steps.filter_map(|step| step.file.as_deref());
    let found: Vec<String> = growing
        .chain(held)
        .map(name)
        .chain(exercise.metadata.fixed_files().iter().map(|file| name(&file.to_string_lossy())))
        .collect();
    (!named.is_empty()).then(|| named.iter().any(|file| found.contains(file)))
}

/// The version that a judgement is about: the exercise as it was shipped, whatever was edited since.
pub fn judged_version(exercise: &Exercise) -> Version {
    if shipped::is_comparable(exercise) { Version::Shipped } else { Version::Exercise }
}

/// Refuses to compare a prediction with a measurement of `exercise` that nobody may see: of one that is not
/// judged yet and whose edits would be measured in place of the shipped version.
///
/// # Errors
/// When it is refused, with the next step.
pub fn require_predictable(exercise: &Exercise) -> anyhow::Result<()> {
    anyhow::ensure!(
        !is_missing(exercise) || judged_version(exercise) == Version::Exercise,
        "It is edited, and not judged as it was shipped.\nNext: cargo xtask judge {}",
        exercise.name
    );
    Ok(())
}

/// The settings of a run that shows `exercise` in its window.
pub fn window(exercise: &Exercise) -> SoakSettings {
    SoakSettings {
        rounds: Some(WINDOW_ROUNDS),
        operations: Some(exercise.metadata.window_operations_per_round),
        ..SoakSettings::default()
    }
}

/// By how much `resource` has risen per operation, from the end of the first of `rounds` to that of the
/// last one. `None` if it was not measured.
pub fn rise(rounds: &[Round], resource: Resource) -> Option<f64> {
    let (first, rest) = rounds.split_first()?;
    let operations: u64 = rest.iter().map(|round| round.operations).sum();
    let (first, last) = (first.reading(resource)?, rest.last()?.reading(resource)?);
    (operations > 0).then(|| (last as f64 - first as f64) / operations as f64)
}

/// Sets every field of a document that tells whether something leaks to `null`.
pub fn withhold(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            let rounds = fields.get("rounds").and_then(Value::as_array).map_or(0, Vec::len);
            if rounds > WINDOW_ROUNDS
                && let Some(sites) = fields.get_mut("sites")
            {
                // With enough rounds for a verdict, they are selected by it.
                *sites = Value::Null;
            }
            for (name, field) in fields {
                if VERDICTS.contains(&name.as_str()) {
                    *field = Value::Null;
                } else {
                    withhold(field);
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(withhold),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::tests::toy_cache;

    fn round(operations: u64, live_blocks: u64) -> Round {
        serde_json::from_value(serde_json::json!({
            "operations": operations, "allocations": 0, "deallocations": 0, "reallocations": 0,
            "nanoseconds": 1, "live_blocks": live_blocks, "live_bytes": 0, "open_files": null,
            "sockets": null, "temporary_files": null, "temporary_bytes": null, "threads": null,
            "tasks": null, "resident_bytes": null, "foreign_bytes": null, "settled": true,
        }))
        .unwrap()
    }

    #[test]
    fn a_rise_is_counted_from_the_end_of_the_first_round() {
        let rounds = [round(100, 40), round(10, 50), round(10, 45)];
        assert_eq!(rise(&rounds, Resource::LiveBlocks), Some(0.25));
        assert_eq!(rise(&rounds, Resource::OpenFiles), None);
        assert_eq!(rise(&rounds[..1], Resource::LiveBlocks), None);
    }

    #[test]
    fn without_a_verdict_nothing_is_stored() {
        let result = VersionResult::not_built(Version::Exercise, "error");
        let error = hand_in(&toy_cache(), Answer::Leak, "", &result).unwrap_err();
        assert!(error.to_string().contains("not stored. error"), "{error}");
    }
}
