//! `cargo xtask verify`: proves that every exercise is what it claims to be.
//!
//! # Layout
//! - [`metadata`], [`mirror`] (with [`betrayal`]), [`dependencies`], [`readmes`], [`written`]: checks that only
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
pub mod observed;
pub mod outcome;
pub mod pattern;
mod readmes;
pub mod record;
pub mod shipped;
mod survey;
mod trials;
mod warnings;
mod written;

use std::path::Path;

use anyhow::Context as _;
use clap::ValueEnum as _;
use exercise_harness::SoakSettings;
use exercise_harness::exercise::ExerciseKind;

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
  cargo xtask verify unbounded-cache --record wrong-fix clear-all \
      --because \"Clears all when full.\" --rejected-by behaviour::keeps_hot_pages

Exit codes: 0 all is proven, 1 a check failed, 2 a check could not be run")]
pub struct Args {
    /// The exercises to verify; all of them if none is named
    exercises: Vec<String>,
    /// Only read files: nothing is built or measured
    #[arg(long)]
    form: bool,
    /// Take the exercises as they are for what is shipped: renews their lock and, after a
    /// measurement, what their metadata declares of the leak; shows what has changed, and verifies
    #[arg(long)]
    accept: bool,
    /// Take your edit of the exercise for a fix: it becomes the patch NAME of the catalogue, and the
    /// exercise is put back as shipped
    #[arg(
        long,
        num_args = 2,
        value_names = ["wrong-fix|right-fix", "NAME"],
        conflicts_with_all = ["form", "accept"]
    )]
    record: Vec<String>,
    /// What a recorded fix does, and what comes of it
    #[arg(long, value_name = "SENTENCE", requires = "record")]
    because: Option<String>,
    /// The trial that must reject a recorded wrong fix
    #[arg(long, value_name = "TRIAL", requires = "record")]
    rejected_by: Option<String>,
}

/// Verifies the exercises that were asked for.
///
/// # Errors
/// For an unknown name, and when a file cannot be read, the workspace does not load, or a trial
/// cannot be started.
pub fn run(args: &Args) -> anyhow::Result<Exit> {
    let root = Workspace::root()?;
    let Survey { mut patterns, broken } = survey::look(&root)?;
    let workspace = workspace_of(&root, &patterns);
    let is_chosen =
        |name: &str| args.exercises.is_empty() || args.exercises.iter().any(|n| n == name);
    let known: Vec<String> = broken.iter().map(|(name, _)| name.clone()).collect();
    for name in args.exercises.iter().filter(|name| !known.contains(name)) {
        workspace.exercise(name)?;
    }
    if let [kind, name] = args.record.as_slice() {
        let pattern = args.exercises.first().filter(|_| args.exercises.len() == 1);
        let pattern = pattern.and_then(|name| patterns.iter().find(|p| p.name == *name));
        let pattern = pattern.context(
            "A fix is recorded of one exercise.\n\
             Name it: cargo xtask verify rc-cycles --record wrong-fix NAME",
        )?;
        let kind = record::Kind::from_str(kind, false).map_err(|_| {
            anyhow::anyhow!("{kind:?} is no kind of fix.\nSay --record wrong-fix or right-fix.")
        })?;
        let (because, rejected_by) = (args.because.as_deref(), args.rejected_by.as_deref());
        let order = record::Order { kind, name, because, rejected_by };
        let recorded = record::run(pattern, &order)?;
        show::author::recorded(&workspace, &pattern.name, &recorded)?;
        return Ok(Exit::Success);
    }
    let progress = Progress::new();
    if args.accept {
        for pattern in patterns.iter().filter(|pattern| is_chosen(&pattern.name)) {
            show::verify::accepted(&pattern.name, &shipped::accept(pattern)?)?;
        }
    }
    // What is shipped now is to be had again, also before it is committed.
    crate::shipped::lay_aside(&workspace);
    let mut bench = None;
    if args.accept && !args.form {
        let bench = bench.insert(Bench::set_up(&workspace, &progress)?);
        for pattern in patterns.iter_mut().filter(|pattern| is_chosen(&pattern.name)) {
            let accepted = observed::accept(pattern, bench)?;
            progress.aside(|| show::author::observed(pattern, &accepted))?;
        }
    }
    let names: Vec<&str> = patterns.iter().map(|pattern| pattern.name.as_str()).collect();
    let mut report = Report::begin(&progress, &shipped::look(&root, &names).sentence())?;
    for (name, failures) in broken.into_iter().filter(|(name, _)| is_chosen(name)) {
        report.exercise(&name)?;
        report.check(Check::Metadata, &Outcome::Failed(failures))?;
    }
    for pattern in patterns.iter().filter(|pattern| is_chosen(&pattern.name)) {
        report.exercise(&pattern.name)?;
        report.check(Check::Shipped, &shipped::check(pattern)?)?;
        report.check(Check::Metadata, &metadata::check(pattern, &patterns)?)?;
        report.check(Check::Mirror, &mirror::check(pattern)?)?;
        report.check(Check::Dependencies, &dependencies::check(pattern, &patterns[0])?)?;
        report.check(Check::Readmes, &readmes::check(pattern)?)?;
        report.check(Check::Written, &written::check(pattern)?)?;
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
        ExerciseKind::Leak { .. } => None,
        ExerciseKind::Decoy(decoy) => {
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
            (ExerciseKind::Leak { .. }, Version::Solution) => {
                trials::check_solution(pattern, trials)
            }
            (ExerciseKind::Leak { leak, .. }, _) => trials::check_exercise(pattern, leak, trials),
            (ExerciseKind::Decoy(decoy), _) => {
                let short = short.as_ref().and_then(|short| short[at].get(GROWTH));
                decoy::check(pattern, decoy, &folder, trials, short)
            }
        }
    }))
}
