//! `test`: runs the trials of the learner's version and shows their figures.

use std::time::Instant;

use exercise_harness::SoakSettings;

use crate::build::{self, NoTest};
use crate::commands::open_workshop;
use crate::exit::Exit;
use crate::judgement;
use crate::last_result::{self, LastResult};
use crate::measure::{self, BEHAVIOURS, Job, MEMORY, Measured, Note};
use crate::progress::Progress;
use crate::reservation;
use crate::show::{
    self,
    trials::{Results, Summary},
};
use crate::status;
use crate::workspace::Version;

/// Tests your version of an exercise: its behaviour, then its memory
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  cargo xtask test rc-cycles
  cargo xtask test 5                       by its number in the list
  cargo xtask test                         in the exercise's folder
  cargo xtask test rc-cycles --release     optimised code

Before you have judged an exercise, its memory trials are left out: see cargo xtask judge.
Exit code: 0 if every trial passes, 1 if one fails, 2 if nothing was tested or you have to judge first.")]
pub struct Args {
    /// The exercise to test, by name or number [default: the one whose folder you are in]
    exercise: Option<String>,
    /// Test optimised code
    #[arg(long)]
    release: bool,
    /// Also run the memory trials of an exercise that you have not judged yet
    #[arg(long)]
    reveal: bool,
}

/// Builds all versions, runs every trial of the exercise, and shows the results.
///
/// # Errors
/// An unknown name, a build that could not begin, a trial that could not be started, or an output
/// that cannot be written. Failed trials are not errors.
pub fn run(args: &Args) -> anyhow::Result<Exit> {
    let workspace = open_workshop()?;
    let exercise = workspace.exercise_or_here(args.exercise.as_deref())?;
    let began = Instant::now();
    let progress = Progress::new();
    // Hashed before the build, so that an edit during the build is noticed.
    let is_secret = !args.reveal && judgement::is_missing(exercise);
    let content = last_result::content_hash(exercise).filter(|_| !args.release);
    let remember = |result: &dyn Fn(String) -> LastResult| {
        if let Some(content) = &content {
            last_result::remember(exercise, &result(content.clone()));
        }
    };
    let built = build::tree(&workspace, args.release, &progress)?.packages;
    let built_after = began.elapsed();
    let warnings = built.get(&exercise.package(Version::Exercise)).map(|built| &built.warnings);
    let test = match build::test(&built, exercise, Version::Exercise) {
        Ok(test) => test,
        Err(NoTest::DidNotBuild(message)) => {
            progress.end();
            show::trouble::did_not_build(
                &mut anstream::stderr(),
                exercise,
                Version::Exercise,
                message,
            );
            show::trials::nothing_tested(&mut anstream::stdout().lock(), exercise)?;
            remember(&LastResult::not_built);
            return Ok(Exit::NoResult);
        }
        Err(NoTest::NoManifest(sentence)) => {
            anyhow::bail!("{sentence} There is nothing to test.");
        }
    };

    progress.print(|out| show::trials::heading(out, exercise))?;
    let mut all = Vec::new();
    let stages = [("Testing what it does", BEHAVIOURS), ("Testing its memory", MEMORY)];
    for (stage, prefix) in &stages[..if is_secret { 1 } else { stages.len() }] {
        let jobs = measure::jobs(test, prefix, SoakSettings::default())?;
        progress.stage(stage);
        all.extend(run_trials(&jobs, &progress)?);
    }
    progress.end();
    let out = &mut anstream::stdout().lock();
    let results = Results::new(exercise, &all);
    if is_secret {
        show::trials::unjudged(out, &results)?;
        return Ok(if results.have_passed() { Exit::NoResult } else { Exit::Failed });
    }
    anyhow::ensure!(!all.is_empty(), "The memory test of {} has no trials.", exercise.name);
    remember(&|content| LastResult::from_trials(content, exercise, &all));
    let summary = Summary {
        times: [built_after, began.elapsed().saturating_sub(built_after)],
        warnings: warnings.map_or(&[], Vec::as_slice),
        reservation: reservation::sentence(exercise),
        next: status::next_open(&workspace, exercise),
    };
    show::trials::results(out, &results, &summary)?;
    Ok(if results.have_passed() { Exit::Success } else { Exit::Failed })
}

/// Runs `jobs`, and shows how many are done.
fn run_trials(jobs: &[Job], progress: &Progress) -> anyhow::Result<Vec<Measured>> {
    let mut done = 0;
    measure::run(jobs, |job, note| {
        done += usize::from(matches!(note, Note::Done(_)));
        progress.trial(done, jobs.len(), &jobs[job].trial, &note);
        Ok(())
    })
}
