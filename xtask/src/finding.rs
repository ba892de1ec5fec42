//! What an exercise was last found to be, kept with the content that it was found of: where the
//! content has changed, nothing is known. There is no other marker of progress.

use std::fmt;
use std::fs;

use exercise_harness::event::TrialOutcome;
use exercise_harness::explain;
use exercise_harness::isolated::Ending;
use leak_meter::{Report, Resource, Verdict};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::document::{Outcome, VersionResult};
use crate::files;
use crate::lab;
use crate::measure::{GROWTH, Measured};
use crate::shipped;
use crate::workspace::{Entry, Version, Workspace};

/// What an exercise is, by what its code did when it was run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// A memory trial failed: it grows, or a bound is not kept.
    Leaking,
    /// Every trial passed.
    Fixed,
    /// It does not build, does not do what it must, or did not come to its end.
    Broken,
    /// Its memory is not proven either way.
    Open,
}

impl fmt::Display for State {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Leaking => "leaking",
            Self::Fixed => "fixed",
            Self::Broken => "broken",
            Self::Open => "undecided",
        })
    }
}

/// What was found of one content of an exercise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// The hash of what was run.
    pub content: String,
    /// What it is.
    pub state: State,
    /// The resources that grow, with how much of each an operation leaves behind; those that are
    /// declared to leak also where they don't grow.
    pub growth: Vec<(Resource, f64)>,
    /// The first line of its own that grows, as `path:line` from the root.
    pub place: Option<String>,
}

/// The hash of all that decides what a run of `entry` finds: the exercise's files but its README,
/// and the pattern's checks and metadata. `None` where they cannot be read.
pub fn content(workspace: &Workspace, entry: &Entry) -> Option<String> {
    let exercise = workspace.root.join(Version::Exercise.folder(&entry.name));
    let pattern = workspace.root.join("crates").join(&entry.name);
    let mut hash = Sha256::new();
    let mut add = |file: &str, bytes: &[u8]| {
        // With its length, so that no two trees run into the same bytes.
        hash.update(format!("{file}\0{}\0", bytes.len()));
        hash.update(bytes);
    };
    for (file, bytes) in files::read_below(&exercise).ok()? {
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

/// What was last found of `entry`, whatever its content was then.
pub fn last(workspace: &Workspace, entry: &Entry) -> Option<Finding> {
    let text = fs::read_to_string(lab::measured(&workspace.root, &entry.name)).ok()?;
    serde_json::from_str(&text).ok()
}

/// What was found of `entry` as it is now, if that was ever run.
pub fn now(workspace: &Workspace, entry: &Entry) -> Option<Finding> {
    let content = content(workspace, entry)?;
    last(workspace, entry).filter(|finding| finding.content == content)
}

/// Keeps `finding`. Where it cannot be written it is found again by the next run.
pub fn remember(workspace: &Workspace, entry: &Entry, finding: &Finding) {
    if let Ok(text) = serde_json::to_vec_pretty(finding) {
        let _ = files::write(&lab::measured(&workspace.root, &entry.name), &text);
    }
}

/// Keeps what `run` has measured of the learner's version of `entry`: that it grows or is broken.
/// That its growth is steady does not yet make it fixed; only all of its trials do.
pub fn remember_growth(workspace: &Workspace, entry: &Entry, result: &VersionResult) {
    let state = match (result.outcome, result.verdict) {
        (Outcome::Measured, Some(Verdict::Growing)) => State::Leaking,
        (Outcome::Measured, _) => return,
        _ => State::Broken,
    };
    let Some(content) = content(workspace, entry) else { return };
    let growth = result.growing(entry.metadata.resources());
    let growth =
        growth.iter().filter_map(|growth| Some((growth.resource, growth.per_operation?))).collect();
    let place = result.sites.iter().find(|site| site.own && site.verdict == Verdict::Growing);
    let place = place.and_then(|site| Some(format!("{}:{}", site.file.as_ref()?, site.line?)));
    remember(workspace, entry, &Finding { content, state, growth, place });
}

impl Finding {
    /// An exercise with this content that does not build.
    pub fn not_built(content: String) -> Self {
        Self { content, state: State::Broken, growth: Vec::new(), place: None }
    }

    /// What all trials of `entry` with this content come to.
    pub fn of(content: String, entry: &Entry, measured: &[Measured]) -> Self {
        let states: Vec<State> =
            measured.iter().filter_map(|measured| failed(entry, measured)).collect();
        // What is broken cannot be judged further; what leaks is more than what is undecided.
        let state = [State::Broken, State::Leaking, State::Open]
            .into_iter()
            .find(|state| states.contains(state))
            .unwrap_or(State::Fixed);
        let growth_trial = measured.iter().find(|measured| measured.trial == GROWTH);
        let report = growth_trial.and_then(|measured| measured.ended.report());
        Self {
            content,
            state,
            growth: report.map(|report| growth(entry, report)).unwrap_or_default(),
            place: report.and_then(place),
        }
    }
}

/// What a failed trial makes of its exercise; `None` if it passed.
fn failed(entry: &Entry, measured: &Measured) -> Option<State> {
    if explain::verdict(&measured.ended, &entry.metadata).is_ok() {
        return None;
    }
    let Ending::Completed(outcome) = &measured.ended.ending else { return Some(State::Broken) };
    Some(match outcome {
        TrialOutcome::Soaked { report } if report.verdict == Verdict::Undecided => State::Open,
        TrialOutcome::Soaked { .. }
        | TrialOutcome::Bounded { .. }
        | TrialOutcome::Phased { .. } => State::Leaking,
        // A behaviour that passed fails only by what it left running.
        TrialOutcome::Behaved | TrialOutcome::Panicked { .. } => State::Broken,
    })
}

fn growth(entry: &Entry, report: &Report) -> Vec<(Resource, f64)> {
    let declared = entry.metadata.resources();
    let worth = report
        .growth
        .iter()
        .filter(|growth| growth.verdict == Verdict::Growing || declared.contains(&growth.resource));
    let mut worth: Vec<_> =
        worth.filter_map(|growth| Some((growth.resource, growth.per_operation?))).collect();
    let place = |resource: &Resource| declared.iter().position(|one| one == resource);
    worth.sort_by_key(|(resource, _)| place(resource).unwrap_or(usize::MAX));
    worth
}

fn place(report: &Report) -> Option<String> {
    let site = report.sites.iter().find(|site| site.own && site.verdict == Verdict::Growing)?;
    Some(format!("{}:{}", site.file.as_ref()?, site.line?))
}
