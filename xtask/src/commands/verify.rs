//! `verify`: proves that every exercise is what it claims to be.

use crate::exit::Exit;
use crate::progress::Progress;
use crate::shipped::save_shipped_copies;
use crate::show;
use crate::verify::outcome::{Check, CheckOutcome, Tally};
use crate::verify::survey::{self, Survey};
use crate::verify::test_bed::TestBed;
use crate::verify::{self, shipped};
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

`cargo xtask author` accepts a changed exercise and records fixes.

Exit codes: 0 everything is proven, 1 a check failed, 2 a check could not be run")]
pub struct Args {
    /// The exercises to verify [default: all]
    exercises: Vec<String>,
    /// Only read files: build and measure nothing
    #[arg(long)]
    form: bool,
}

/// Verifies the requested exercises.
pub fn run(args: &Args) -> anyhow::Result<Exit> {
    let root = Workspace::find_root()?;
    let Survey { workspace, broken } = survey::read(&root)?;
    let mut names = Vec::new();
    for name in &args.exercises {
        let is_broken = broken.iter().any(|(broken, _)| broken == name);
        names.push(if is_broken { name.clone() } else { workspace.exercise(name)?.name.clone() });
    }
    let is_selected = |name: &String| names.is_empty() || names.contains(name);
    let progress = Progress::new();
    save_shipped_copies(&workspace);
    let mut test_bed = None;
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
