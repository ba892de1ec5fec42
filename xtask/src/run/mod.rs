//! Measures the growth of selected versions of exercises.
//!
//! - here: which versions, their build, and their growth trials.
//! - `phases`: memory while the load changes.
//! - `until_oom`: one exercise under full load until it is out of memory.

pub mod phases;
pub mod until_oom;

use std::collections::BTreeMap;

use exercise_harness::SoakSettings;

use crate::build;
use crate::cargo::Built;
use crate::document::{Document, ExerciseResult, FORMAT, VersionResult};
use crate::judgement;
use crate::measure::{self, Job, Note};
use crate::progress::Progress;
use crate::shipped;
use crate::workspace::{Exercise, Version, Workspace};

/// Which versions to measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Versions {
    Only(Version),
    /// Those in the tree.
    Tree,
    /// Those in the tree, and the shipped version of an edited exercise.
    TreeAndShipped,
}

/// What to measure, and how.
#[derive(Debug, Clone, Copy)]
pub struct RunOptions {
    /// Which versions.
    pub versions: Versions,
    /// How to run the soaks.
    pub settings: SoakSettings,
    /// Whether to build with optimisation.
    pub release: bool,
    /// The rate that the time to out-of-memory is stated for; `None` for each exercise's own.
    pub requests_per_second: Option<f64>,
    /// Whether exercises that are not judged yet are measured as the others, and not in their window.
    pub reveals: bool,
}

impl RunOptions {
    /// Whether the growth is measured as `test` measures it, so that it may be remembered.
    pub fn are_ordinary(&self) -> bool {
        // Looking for holders does not change what grows.
        let settings = SoakSettings { holders: None, ..self.settings };
        !self.release && settings == SoakSettings::default()
    }

    /// The settings for an exercise; those of its window where no others are given.
    fn settings_of(&self, selected: &Selected<'_>) -> SoakSettings {
        if !selected.is_secret {
            return self.settings;
        }
        let window = judgement::window(selected.exercise);
        let SoakSettings { rounds, operations, seed, .. } = self.settings;
        // With its holders, a leak would be known.
        SoakSettings {
            rounds: rounds.or(window.rounds),
            operations: operations.or(window.operations),
            seed,
            holders: Some(false),
        }
    }

    fn rate(&self, exercise: &Exercise) -> f64 {
        self.requests_per_second.unwrap_or(exercise.metadata.requests_per_second)
    }
}

/// An exercise, and which of its versions to measure, in display order.
#[derive(Debug, Clone, Copy)]
pub struct Selected<'a> {
    pub exercise: &'a Exercise,
    pub versions: &'static [Version],
    /// Whether it is not judged yet, so that only what the learner's version keeps is measured.
    pub is_secret: bool,
}

/// Which versions of `exercises` to measure.
///
/// # Errors
/// When another version than the learner's is requested of an exercise that is not judged yet: beside it,
/// it would be known whether the exercise leaks.
pub fn select<'a>(
    exercises: &[&'a Exercise],
    options: &RunOptions,
) -> anyhow::Result<Vec<Selected<'a>>> {
    let of_exercise = |exercise: &Exercise, is_secret: bool| -> &'static [Version] {
        match options.versions {
            _ if is_secret => &[Version::Exercise],
            Versions::Only(Version::Exercise) => &[Version::Exercise],
            Versions::Only(Version::Solution) => &[Version::Solution],
            Versions::Only(Version::Shipped) => &[Version::Shipped],
            Versions::TreeAndShipped if shipped::is_comparable(exercise) => {
                &[Version::Shipped, Version::Exercise, Version::Solution]
            }
            Versions::Tree | Versions::TreeAndShipped => &Version::IN_TREE,
        }
    };
    let only_another =
        matches!(options.versions, Versions::Only(Version::Solution | Version::Shipped));
    let selected = exercises.iter().map(|exercise| {
        let is_secret = !options.reveals && judgement::is_missing(exercise);
        if only_another {
            let what = "its other versions would tell whether it leaks";
            judgement::require(exercise, options.reveals, what)?;
        }
        Ok(Selected { exercise, versions: of_exercise(exercise, is_secret), is_secret })
    });
    selected.collect()
}

/// Builds every version in the tree, and the shipped versions among `selected`.
pub fn build(
    workspace: &Workspace,
    selected: &[Selected<'_>],
    release: bool,
    progress: &Progress,
) -> anyhow::Result<BTreeMap<String, Built>> {
    let mut built = build::tree(workspace, release, progress)?.packages;
    let with_shipped = |one: &&Selected<'_>| one.versions.contains(&Version::Shipped);
    let shipped: Vec<&Exercise> =
        selected.iter().filter(with_shipped).map(|one| one.exercise).collect();
    if !shipped.is_empty() {
        progress.stage("Building the shipped versions");
        built.extend(build::shipped(workspace, &shipped, release, progress.detail())?);
    }
    Ok(built)
}

/// Measures the growth of the `selected` versions. `on_result` receives the index and the result of
/// each exercise, in order, as soon as it and all before it are complete.
///
/// # Errors
/// When a trial cannot be started, or from `on_result`. Versions that do not build or do not complete
/// are part of the results.
pub fn measure(
    selected: &[Selected<'_>],
    built: &BTreeMap<String, Built>,
    options: &RunOptions,
    progress: &Progress,
    mut on_result: impl FnMut(usize, &ExerciseResult) -> anyhow::Result<()>,
) -> anyhow::Result<Document> {
    progress.stage("Measuring");
    // Every version, in order; its result, once there is one; and the version of each job.
    let versions: Vec<(&Selected<'_>, Version)> = selected
        .iter()
        .flat_map(|one| one.versions.iter().map(move |version| (one, *version)))
        .collect();
    let mut results: Vec<Option<VersionResult>> = Vec::new();
    let (mut jobs, mut version_of_job) = (Vec::new(), Vec::new());
    for (index, (one, version)) in versions.iter().enumerate() {
        match build::test(built, one.exercise, *version) {
            Ok(binary) => {
                jobs.push(Job::growth(binary, options.settings_of(one)));
                version_of_job.push(index);
                results.push(None);
            }
            Err(none) => results.push(Some(VersionResult::not_built(*version, none.message()))),
        }
    }
    let mut exercises = Vec::new();
    let mut next_version = 0;
    let mut report_complete = |results: &[Option<VersionResult>]| {
        while let Some(Selected { exercise, versions, is_secret }) = selected.get(exercises.len()) {
            let end = next_version + versions.len();
            let versions: Option<Vec<_>> = results[next_version..end].iter().cloned().collect();
            let Some(versions) = versions else { break };
            next_version = end;
            let result = ExerciseResult {
                exercise: exercise.name.clone(),
                is_judged: !is_secret,
                requests_per_second: options.rate(exercise),
                versions,
            };
            on_result(exercises.len(), &result)?;
            exercises.push(result);
        }
        anyhow::Ok(())
    };
    report_complete(&results)?;
    let mut done = 0;
    measure::run(&jobs, |job, note| {
        let index = version_of_job[job];
        let (Selected { exercise, .. }, version) = versions[index];
        if let Note::Done(measured) = note {
            let (metadata, rate) = (&exercise.metadata, options.rate(exercise));
            results[index] =
                Some(VersionResult::of_trial(version, &measured.ended, metadata, rate));
            done += 1;
            report_complete(&results)?;
        }
        progress.trial(done, jobs.len(), &exercise.package(version), &note);
        Ok(())
    })?;
    Ok(Document { format: FORMAT, exercises })
}
