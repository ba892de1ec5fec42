//! The last result of an exercise, stored with a hash of the content that was run. Once the content
//! changes, the result no longer applies. There is no other marker of progress.

use std::fmt;
use std::fs;

use exercise_harness::event::TrialOutcome;
use exercise_harness::explain;
use exercise_harness::isolated::Ending;
use leak_meter::{Growth, Report, Resource, Verdict};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::document::{VersionOutcome, VersionResult};
use crate::files;
use crate::location::{self, Location};
use crate::measure::{GROWTH, Measured};
use crate::shipped;
use crate::state_dir;
use crate::workspace::{Exercise, Version};

/// What the code of an exercise did when it was run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExerciseState {
    /// Something grows.
    Leaking,
    /// A bound is exceeded, and nothing is proven to grow.
    OverBound,
    /// Every trial passed.
    Fixed,
    /// It does not build, a behaviour failed, or a trial did not complete or left something behind.
    Broken,
    /// The measurement does not prove it either way.
    Open,
}

impl fmt::Display for ExerciseState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Leaking => "leaking",
            Self::OverBound => "over a bound",
            Self::Fixed => "fixed",
            Self::Broken => "broken",
            Self::Open => "undecided",
        })
    }
}

/// The result of running an exercise with given content.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LastResult {
    /// The hash of the content that was run.
    pub content: String,
    /// What it did.
    pub state: ExerciseState,
    /// Growth per operation, for each resource that grows or is declared to leak.
    pub growth: Vec<(Resource, f64)>,
    /// The line in its own code where the growing memory is held, or else the first growing one, as
    /// `file:line` relative to the root.
    pub place: Option<String>,
}

/// The hash of everything that determines the result of a run: the exercise's files except its
/// README, and the pattern's checks and metadata. `None` if they cannot be read.
pub fn content_hash(exercise: &Exercise) -> Option<String> {
    let sources = exercise.path(&exercise.folder(Version::Exercise));
    let pattern = exercise.path(&exercise.crate_folder());
    let mut hash = Sha256::new();
    let mut add = |file: &str, bytes: &[u8]| {
        // The length keeps two different trees from hashing the same bytes.
        let bytes = files::with_unix_line_ends(bytes);
        hash.update(format!("{file}\0{}\0", bytes.len()));
        hash.update(&bytes);
    };
    for (file, bytes) in files::read_below(&sources).ok()? {
        if file != "README.md" {
            add(&file, &bytes);
        }
    }
    if pattern.join("src").is_dir() {
        for (file, bytes) in files::read_below(&pattern.join("src")).ok()? {
            add(&file, &bytes);
        }
    }
    add("exercise.toml", &fs::read(pattern.join("exercise.toml")).ok()?);
    Some(shipped::hexadecimal(&hash.finalize()))
}

/// The last result of `exercise`, even if its content has changed since.
pub fn latest(exercise: &Exercise) -> Option<LastResult> {
    let text = fs::read_to_string(state_dir::last_result(&exercise.root, &exercise.name)).ok()?;
    serde_json::from_str(&text).ok()
}

/// The last result of `exercise`, if its content is still the same.
pub fn current(exercise: &Exercise) -> Option<LastResult> {
    let content = content_hash(exercise)?;
    latest(exercise).filter(|result| result.content == content)
}

/// Stores `result`. If it cannot be written, the next run stores one again.
pub fn remember(exercise: &Exercise, result: &LastResult) {
    if let Ok(text) = serde_json::to_vec_pretty(result) {
        let _ = files::write(&state_dir::last_result(&exercise.root, &exercise.name), &text);
    }
}

/// Stores what a growth trial alone shows about the learner's version: that it leaks or is broken.
/// Steady growth does not make it fixed; that takes every trial.
pub fn remember_growth(exercise: &Exercise, result: &VersionResult) {
    let state = match (result.outcome, result.verdict()) {
        (VersionOutcome::Measured, Some(Verdict::Growing)) => ExerciseState::Leaking,
        (VersionOutcome::Measured, _) => return,
        _ => ExerciseState::Broken,
    };
    let Some(content) = content_hash(exercise) else { return };
    let growth = result.growing(exercise.metadata.resources());
    let growth = growth.into_iter().filter_map(rate).collect();
    let place = result.report.as_ref().and_then(|report| line_to_open(exercise, report));
    remember(exercise, &LastResult { content, state, growth, place });
}

impl LastResult {
    /// The result of an exercise with this content that does not build.
    pub fn not_built(content: String) -> Self {
        Self { content, state: ExerciseState::Broken, growth: Vec::new(), place: None }
    }

    /// The result of `exercise` with this content, from all of its trials.
    pub fn from_trials(content: String, exercise: &Exercise, measured: &[Measured]) -> Self {
        let states: Vec<ExerciseState> =
            measured.iter().filter_map(|measured| failure(exercise, measured)).collect();
        // A broken exercise cannot be judged further, and a leak outweighs an open question.
        let worst = [
            ExerciseState::Broken,
            ExerciseState::Leaking,
            ExerciseState::OverBound,
            ExerciseState::Open,
        ];
        let worst = worst.into_iter().find(|state| states.contains(state));
        let state = worst.unwrap_or(ExerciseState::Fixed);
        let report = measured
            .iter()
            .find(|measured| measured.trial == GROWTH)
            .and_then(|measured| measured.ended.report());
        Self {
            content,
            state,
            growth: report.map(|report| growth(exercise, report)).unwrap_or_default(),
            place: report.and_then(|report| line_to_open(exercise, report)),
        }
    }
}

/// The state that a failed trial puts its exercise in; `None` if the trial passed.
fn failure(exercise: &Exercise, measured: &Measured) -> Option<ExerciseState> {
    if explain::verdict(&measured.ended, &exercise.metadata).is_ok() {
        return None;
    }
    let Ending::Completed(outcome) = &measured.ended.ending else {
        return Some(ExerciseState::Broken);
    };
    Some(match outcome {
        TrialOutcome::Soaked { report } if report.verdict == Verdict::Undecided => {
            ExerciseState::Open
        }
        TrialOutcome::Soaked { report } if report.verdict == Verdict::Growing => {
            ExerciseState::Leaking
        }
        TrialOutcome::Phased { phases } if !phases.is_kept() => ExerciseState::Leaking,
        TrialOutcome::Bounded { bound } if !bound.is_kept() => ExerciseState::OverBound,
        // A trial with a good outcome fails only by what it left behind.
        TrialOutcome::Behaved
        | TrialOutcome::Panicked { .. }
        | TrialOutcome::Soaked { .. }
        | TrialOutcome::Bounded { .. }
        | TrialOutcome::Phased { .. } => ExerciseState::Broken,
    })
}

fn growth(exercise: &Exercise, report: &Report) -> Vec<(Resource, f64)> {
    let declared = exercise.metadata.resources();
    let is_listed = |growth: &&Growth| {
        growth.verdict == Verdict::Growing || declared.contains(&growth.resource)
    };
    let mut listed: Vec<_> = report.growth.iter().filter(is_listed).filter_map(rate).collect();
    let order = |resource: &Resource| declared.iter().position(|one| one == resource);
    listed.sort_by_key(|(resource, _)| order(resource).unwrap_or(usize::MAX));
    listed
}

fn rate(growth: &Growth) -> Option<(Resource, f64)> {
    Some((growth.resource, growth.per_operation?))
}

/// The line of the holder, and without one the first growing line.
fn line_to_open(exercise: &Exercise, report: &Report) -> Option<String> {
    let holder = report.holders.as_ref().and_then(|holders| location::of_holder(exercise, holders));
    let growing = || {
        let site = location::growing(&report.sites).find(|site| site.own)?;
        Location::of_site(site)
    };
    Some(holder.or_else(growing)?.to_string())
}
