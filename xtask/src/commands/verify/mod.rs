//! `cargo xtask verify`: proves that every exercise is what it claims to be.
//!
//! # Layout
//! - [`metadata`], [`mirror`] (with [`betrayal`]), [`dependencies`], [`readmes`]: checks that only
//!   read files.
//! - [`warnings`], [`trials`] (with [`culprit`] and [`holder`]), [`decoy`], [`fixes`]: checks that
//!   build and measure, on a [`bench`].
//! - [`survey`]: which patterns there are; [`pattern`]: where one lies; [`shipped`]: whether the tree
//!   is as shipped, by each exercise's lock and by git; [`outcome`]: what a check comes to.

mod bench;
mod betrayal;
mod culprit;
mod decoy;
mod dependencies;
mod fixes;
mod holder;
mod metadata;
mod mirror;
pub mod outcome;
mod pattern;
mod readmes;
pub mod shipped;
mod survey;
mod trials;
mod warnings;

use std::path::Path;

use exercise_harness::context::SoakSettings;
use exercise_harness::exercise::Kind;

use crate::exit::Exit;
use crate::measure::{self, GROWTH};
use crate::show;
use crate::show::progress::Progress;
use crate::show::verify::Report;
use crate::workspace::{Entry, Version, Workspace};

use self::bench::Bench;
use self::fixes::Catalogue;
use self::outcome::{Check, Outcome};
use self::pattern::Pattern;
use self::survey::Survey;

/// Prove that every exercise is what it claims to be (for authors and CI)
///
/// The exercise behaves and leaks what it declares; its solution passes every trial; the two differ
/// only in the fix; wrong fixes are rejected and right ones pass; READMEs and metadata are whole;
/// nothing compiles with a warning. A decoy, whose growth is fine, is steady as it is, and a run that
/// is too short ends as declared. A learner's edited exercise is not expected to pass.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  cargo xtask verify
  cargo xtask verify unbounded-cache
  cargo xtask verify --form
  cargo xtask verify unbounded-cache --accept   after a change of what is shipped

Exit codes: 0 all is proven, 1 a check failed, 2 a check could not be run")]
pub struct Args {
    /// The exercises to verify; all of them if none is named
    exercises: Vec<String>,
    /// Only read files: nothing is built or measured
    #[arg(long)]
    form: bool,
    /// Take the exercises as they are for what is shipped: renews their lock, after showing what
    /// has changed, and verifies them
    #[arg(long)]
    accept: bool,
}

/// Verifies the exercises that were asked for.
///
/// # Errors
/// For an unknown name, and when a file cannot be read, the workspace does not load, or a trial
/// cannot be started.
pub fn run(args: &Args) -> anyhow::Result<Exit> {
    let root = Workspace::root()?;
    let Survey { patterns, broken } = survey::look(&root)?;
    let workspace = workspace_of(&root, &patterns);
    let is_chosen =
        |name: &str| args.exercises.is_empty() || args.exercises.iter().any(|n| n == name);
    let known: Vec<String> = broken.iter().map(|(name, _)| name.clone()).collect();
    for name in args.exercises.iter().filter(|name| !known.contains(name)) {
        workspace.exercise(name)?;
    }
    let progress = Progress::new();
    if args.accept {
        for pattern in patterns.iter().filter(|pattern| is_chosen(&pattern.name)) {
            show::verify::accepted(&pattern.name, &shipped::accept(pattern)?)?;
        }
    }
    let names: Vec<&str> = patterns.iter().map(|pattern| pattern.name.as_str()).collect();
    let mut report = Report::begin(&progress, &shipped::look(&root, &names).sentence())?;
    for (name, failures) in broken.into_iter().filter(|(name, _)| is_chosen(name)) {
        report.exercise(&name)?;
        report.check(Check::Metadata, &Outcome::Failed(failures))?;
    }
    let mut bench = None;
    for pattern in patterns.iter().filter(|pattern| is_chosen(&pattern.name)) {
        report.exercise(&pattern.name)?;
        report.check(Check::Shipped, &shipped::check(pattern)?)?;
        report.check(Check::Metadata, &metadata::check(pattern, &patterns)?)?;
        report.check(Check::Mirror, &mirror::check(pattern)?)?;
        report.check(Check::Dependencies, &dependencies::check(pattern, &patterns[0])?)?;
        report.check(Check::Readmes, &readmes::check(pattern)?)?;
        let catalogue = Catalogue::read(pattern)?;
        if args.form {
            report.check(Check::Fixes, &catalogue.check_form())?;
            continue;
        }
        let bench = match &mut bench {
            Some(bench) => bench,
            none => none.insert(Bench::set_up(&workspace, &progress)?),
        };
        report.check(Check::Warnings, &warnings::check(pattern, &bench.build))?;
        let [exercise, solution] = check_versions(pattern, bench)?;
        report.check(Check::Exercise, &exercise)?;
        report.check(Check::Solution, &solution)?;
        report.check(Check::Fixes, &catalogue.check(pattern, bench)?)?;
    }
    let (failed, not_run) = report.end()?;
    Ok(match (failed, not_run) {
        (0, 0) => Exit::Success,
        (_, 0) => Exit::Failed,
        _ => Exit::NoResult,
    })
}

fn workspace_of(root: &Path, patterns: &[Pattern]) -> Workspace {
    let entry = |pattern: &Pattern| Entry {
        name: pattern.name.clone(),
        metadata: pattern.metadata.clone(),
    };
    Workspace { root: root.to_owned(), exercises: patterns.iter().map(entry).collect() }
}

/// Runs the trials of both versions together: the checks of the exercise and of the solution.
fn check_versions(pattern: &Pattern, bench: &Bench<'_>) -> anyhow::Result<[Outcome; 2]> {
    let mut tests = Vec::new();
    for version in Version::IN_TREE {
        let built = bench.build.packages.get(&version.package(&pattern.name));
        if let Some(Ok(test)) = built.map(|built| &built.test) {
            tests.push((version, test, measure::trials(test, "")?));
        }
    }
    let chosen: Vec<_> =
        tests.iter().map(|(_, test, trials)| (test.as_path(), trials.as_slice())).collect();
    let stage = format!("Measuring {}", pattern.name);
    let measured = bench.measure(&stage, SoakSettings::default(), &chosen)?;
    let short = match &pattern.metadata.kind {
        Kind::Leak { .. } => None,
        Kind::Decoy(decoy) => {
            let growth = [GROWTH.to_owned()];
            let has_growth = |trials: &[String]| trials.contains(&growth[0]);
            let chosen: Vec<_> = chosen
                .iter()
                .map(|(test, trials)| (*test, if has_growth(trials) { &growth[..] } else { &[] }))
                .collect();
            Some(bench.measure(&stage, decoy::too_short(decoy), &chosen)?)
        }
    };
    Ok(Version::IN_TREE.map(|version| {
        let folder = version.folder(&pattern.name);
        let Some(at) = tests.iter().position(|(built, ..)| *built == version) else {
            return Outcome::CouldNotRun(format!("{folder} does not build; see its warnings."));
        };
        let trials = &measured[at];
        match (&pattern.metadata.kind, version) {
            (Kind::Leak { .. }, Version::Solution) => trials::check_solution(pattern, trials),
            (Kind::Leak { leak, .. }, _) => trials::check_exercise(pattern, leak, trials),
            (Kind::Decoy(decoy), _) => {
                let short = short.as_ref().and_then(|short| short[at].get(GROWTH));
                decoy::check(pattern, decoy, &folder, trials, short)
            }
        }
    }))
}
