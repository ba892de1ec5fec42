//! `verify`: proves that every exercise is what it claims to be.

use std::str::FromStr as _;

use anyhow::Context as _;

use crate::exit::Exit;
use crate::progress::Progress;
use crate::shipped::save_shipped_copies;
use crate::show;
use crate::verify::outcome::{Check, CheckOutcome, Tally};
use crate::verify::record::{FixKind, NewFix};
use crate::verify::survey::{self, Survey};
use crate::verify::test_bed::TestBed;
use crate::verify::{self, detection_limits, measured_leak, record, shipped};
use crate::workspace::Workspace;

/// Proves that every exercise is what it claims to be (for authors and CI)
///
/// The behaviours of each exercise pass and it leaks what it declares; its solution passes every trial;
/// the two differ only in the fix; wrong fixes are rejected and right fixes pass; READMEs and metadata
/// are complete; nothing compiles with a warning. A decoy, which does not leak, is steady, and a run that
/// is too short has the declared verdict. An exercise that a learner has edited is not expected to pass.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  cargo xtask verify
  cargo xtask verify unbounded-cache
  cargo xtask verify --form
  cargo xtask verify rc-cycles --detection-limits
  cargo xtask verify unbounded-cache --accept   after a change of it
  cargo xtask verify unbounded-cache --record wrong-fix clear-all \
      --because \"Clears all when full.\" --rejected-by behaviour::keeps_hot_pages

Exit codes: 0 everything is proven, 1 a check failed, 2 a check could not be run")]
pub struct Args {
    /// The exercises to verify [default: all]
    exercises: Vec<String>,
    /// Only read files: build and measure nothing
    #[arg(long)]
    form: bool,
    /// Instead of the checks, measure and print the rarest leak that turns a trial of each exercise red
    #[arg(long, conflicts_with_all = ["form", "accept", "record"])]
    detection_limits: bool,
    /// Accept the exercises as they are now as the shipped ones: renews their locks and, from a
    /// measurement, the leak that their metadata declares; shows the changes, and verifies
    #[arg(long)]
    accept: bool,
    /// Turn your edit of the exercise into a fix: it becomes the patch NAME of the catalogue, and the
    /// exercise is restored as shipped
    #[arg(
        long,
        num_args = 2,
        value_names = ["wrong-fix|right-fix", "NAME"],
        conflicts_with_all = ["form", "accept"]
    )]
    record: Vec<String>,
    /// What a recorded fix does, and with which result
    #[arg(long, value_name = "SENTENCE", requires = "record")]
    because: Option<String>,
    /// The trial that must reject a recorded wrong fix
    #[arg(long, value_name = "TRIAL", requires = "record")]
    rejected_by: Option<String>,
}

/// Verifies the requested exercises.
pub fn run(args: &Args) -> anyhow::Result<Exit> {
    let root = Workspace::find_root()?;
    let Survey { mut workspace, broken } = survey::read(&root)?;
    let mut names = Vec::new();
    for name in &args.exercises {
        let is_broken = broken.iter().any(|(broken, _)| broken == name);
        names.push(if is_broken { name.clone() } else { workspace.exercise(name)?.name.clone() });
    }
    if let [kind, name] = args.record.as_slice() {
        return record_fix(args, &names, &workspace, kind, name);
    }
    let is_selected = |name: &String| names.is_empty() || names.contains(name);
    let progress = Progress::new();
    if args.detection_limits {
        let test_bed = TestBed::set_up(&workspace, &progress)?;
        for exercise in workspace.exercises.iter().filter(|one| is_selected(&one.name)) {
            let found = detection_limits::measure(exercise, &test_bed)?;
            progress.print(|out| show::verify::detection_limits(out, &exercise.name, &found))?;
        }
        progress.end();
        return Ok(Exit::Success);
    }
    if args.accept {
        for exercise in workspace.exercises.iter().filter(|one| is_selected(&one.name)) {
            let accepted = shipped::accept(exercise)?;
            let out = &mut anstream::stdout().lock();
            show::author::accepted_files(out, exercise, &accepted)?;
        }
    }
    // Newly accepted files can be restored even before they are committed.
    save_shipped_copies(&workspace);
    let mut test_bed = None;
    if args.accept && !args.form {
        let test_bed = test_bed.insert(TestBed::set_up(&workspace, &progress)?);
        for exercise in workspace.exercises.iter_mut().filter(|one| is_selected(&one.name)) {
            let accepted = measured_leak::accept(exercise, test_bed)?;
            progress.print(|out| show::author::accepted_leak(out, exercise, &accepted))?;
        }
    }
    let mut tally = Tally::default();
    let mut report = |check: Check, outcome: &CheckOutcome| {
        tally.add(outcome);
        progress.print(|out| show::verify::check(out, check, outcome))
    };
    let tree = shipped::read(&root, &workspace.exercises).sentence();
    progress.print(|out| writeln!(out, "{tree}"))?;
    for (name, failures) in broken.into_iter().filter(|(name, _)| is_selected(name)) {
        progress.print(|out| show::verify::heading(out, &name))?;
        report(Check::Metadata, &CheckOutcome::Failed(failures))?;
    }
    for exercise in workspace.exercises.iter().filter(|one| is_selected(&one.name)) {
        progress.print(|out| show::verify::heading(out, &exercise.name))?;
        let catalogue = verify::check_files(exercise, &workspace, &mut report)?;
        if args.form {
            report(Check::Fixes, &catalogue.check_form())?;
            continue;
        }
        let test_bed = match &mut test_bed {
            Some(test_bed) => test_bed,
            none => none.insert(TestBed::set_up(&workspace, &progress)?),
        };
        verify::check_trials(exercise, catalogue, test_bed, &mut report)?;
    }
    progress.end();
    show::verify::summary(&mut anstream::stdout().lock(), tally)?;
    Ok(match tally {
        Tally { failed: 0, not_run: 0, .. } => Exit::Success,
        Tally { not_run: 0, .. } => Exit::Failed,
        Tally { .. } => Exit::NoResult,
    })
}

/// Records the edit of one exercise as the fix `name`.
fn record_fix(
    args: &Args,
    exercises: &[String],
    workspace: &Workspace,
    kind: &str,
    name: &str,
) -> anyhow::Result<Exit> {
    let exercise = match exercises {
        [one] => workspace.exercises.iter().find(|exercise| exercise.name == *one),
        _ => None,
    };
    let exercise = exercise.context(
        "A fix belongs to one exercise.\n\
         Name it: cargo xtask verify rc-cycles --record wrong-fix NAME",
    )?;
    let kind = FixKind::from_str(kind)?;
    let (because, rejected_by) = (args.because.as_deref(), args.rejected_by.as_deref());
    let recorded = record::run(exercise, &NewFix { kind, name, because, rejected_by })?;
    show::author::recorded(&mut anstream::stdout().lock(), exercise, &recorded)?;
    Ok(Exit::Success)
}
