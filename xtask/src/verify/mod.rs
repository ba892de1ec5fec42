//! Proves that every exercise is what it claims to be.
//!
//! # Layout
//! - [`metadata`], [`mirror`] (with [`spoilers`], [`linked_texts`] and [`mechanisms`]), [`dependencies`],
//!   [`readmes`], [`secrecy`], [`placeholders`]: checks that only read files.
//! - [`warnings`], [`trials`] (with [`culprit`] and [`holder`]), [`decoy`], [`fixes`]: checks that build
//!   and measure, on a [`test_bed`].
//! - [`detection_limits`]: the rarest leak that the trials detect.
//! - [`survey`]: finds the exercises; [`shipped`]: whether they are as shipped; [`outcome`]: the outcome
//!   of a check.
//! - [`record`], [`measured_leak`]: turn an edit into a fix, and a measurement into metadata.

mod culprit;
mod decoy;
mod dependencies;
pub mod detection_limits;
mod fixes;
mod holder;
mod linked_texts;
pub mod measured_leak;
mod mechanisms;
mod metadata;
mod mirror;
pub mod outcome;
mod placeholders;
mod readmes;
pub mod record;
mod secrecy;
pub mod shipped;
mod spoilers;
pub mod survey;
pub mod test_bed;
mod trials;
mod warnings;

use std::io;

use exercise_harness::SoakSettings;
use exercise_harness::exercise::ExerciseKind;

pub use self::fixes::Catalogue;
use self::outcome::{Check, CheckOutcome};
use self::test_bed::TestBed;
use crate::measure::{self, GROWTH};
use crate::workspace::{Exercise, Version, Workspace};

/// Runs the checks of `exercise` that only read files, except those of its fixes, whose catalogue it
/// returns. `report` receives each outcome.
pub fn check_files(
    exercise: &Exercise,
    workspace: &Workspace,
    report: &mut impl FnMut(Check, &CheckOutcome) -> io::Result<()>,
) -> anyhow::Result<Catalogue> {
    let all = &workspace.exercises;
    report(Check::Shipped, &shipped::check(exercise)?)?;
    report(Check::Metadata, &metadata::check(exercise, all)?)?;
    report(Check::Mirror, &mirror::check(exercise)?)?;
    report(Check::Dependencies, &dependencies::check(exercise, &all[0])?)?;
    report(Check::Readmes, &readmes::check(exercise)?)?;
    report(Check::Secrecy, &secrecy::check(exercise, all))?;
    report(Check::Placeholders, &placeholders::check(exercise)?)?;
    Catalogue::read(exercise)
}

/// Runs the checks of `exercise` that build and measure, with the fixes in `catalogue`.
pub fn check_trials(
    exercise: &Exercise,
    catalogue: Catalogue,
    test_bed: &TestBed<'_>,
    report: &mut impl FnMut(Check, &CheckOutcome) -> io::Result<()>,
) -> anyhow::Result<()> {
    report(Check::Warnings, &warnings::check(exercise, &test_bed.build))?;
    let [of_exercise, of_solution] = check_versions(exercise, test_bed)?;
    report(Check::Exercise, &of_exercise)?;
    report(Check::Window, &secrecy::check_window(exercise, test_bed)?)?;
    report(Check::Solution, &of_solution)?;
    report(Check::Fixes, &catalogue.check(exercise, test_bed)?)?;
    Ok(())
}

/// Runs the trials of both versions together: the checks of the exercise and of the solution.
fn check_versions(
    exercise: &Exercise,
    test_bed: &TestBed<'_>,
) -> anyhow::Result<[CheckOutcome; 2]> {
    let mut tests = Vec::new();
    for version in Version::IN_TREE {
        let built = test_bed.build.packages.get(&exercise.package(version));
        if let Some(Ok(test)) = built.map(|built| &built.test) {
            tests.push((version, test, measure::trials(test, "")?));
        }
    }
    let chosen: Vec<_> =
        tests.iter().map(|(_, test, trials)| (test.as_path(), trials.as_slice())).collect();
    let stage = format!("Measuring {}", exercise.name);
    let measured = test_bed.measure(&stage, SoakSettings::default(), &chosen)?;
    let short = match &exercise.metadata.kind {
        ExerciseKind::Leak { .. } => None,
        ExerciseKind::Decoy(decoy) => {
            let growth = [GROWTH.to_owned()];
            let has_growth = |trials: &[String]| trials.contains(&growth[0]);
            let chosen: Vec<_> = chosen
                .iter()
                .map(|(test, trials)| (*test, if has_growth(trials) { &growth[..] } else { &[] }))
                .collect();
            Some(test_bed.measure(&stage, decoy::too_short(decoy), &chosen)?)
        }
    };
    Ok(Version::IN_TREE.map(|version| {
        let folder = exercise.folder(version);
        let Some(index) = tests.iter().position(|(built, ..)| *built == version) else {
            return CheckOutcome::CouldNotRun(format!(
                "{folder} does not build; see its warnings."
            ));
        };
        let trials = &measured[index];
        match (&exercise.metadata.kind, version) {
            (ExerciseKind::Leak { .. }, Version::Solution) => {
                trials::check_solution(exercise, trials)
            }
            (ExerciseKind::Leak { leak, .. }, _) => trials::check_exercise(exercise, leak, trials),
            (ExerciseKind::Decoy(decoy), _) => {
                let short = short.as_ref().and_then(|short| short[index].get(GROWTH));
                decoy::check(exercise, decoy, &folder, trials, short)
            }
        }
    }))
}

/// The first line in which two texts differ: its number, and the line in each.
fn first_difference<'a>(left: &'a str, right: &'a str) -> Option<(usize, &'a str, &'a str)> {
    let (mut lefts, mut rights) = (left.lines(), right.lines());
    for number in 1.. {
        match (lefts.next(), rights.next()) {
            (None, None) => break,
            (left, right) if left == right => {}
            (left, right) => {
                let end = "(end of file)";
                return Some((number, left.unwrap_or(end), right.unwrap_or(end)));
            }
        }
    }
    (left != right).then_some((left.lines().count(), "(end of the last line)", "(another)"))
}
