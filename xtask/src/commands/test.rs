//! `test`: the learner's failing test, with what was measured.

use exercise_harness::SoakSettings;

use super::prepare;
use crate::exit::Exit;
use crate::finding::{self, Finding};
use crate::measure::{self, BEHAVIOURS, Job, MEMORY, Measured, Note};
use crate::show;
use crate::show::progress::Progress;
use crate::workspace::Version;

/// Tests your version of an exercise: its behaviour, then its memory
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  cargo xtask test rc-cycles
  cargo xtask test rc-cycles --release     optimised code

Exit code: 0 if all trials pass, 1 if one does not, 2 if there is nothing to test.")]
pub struct Args {
    /// The exercise to test
    exercise: String,
    /// Test optimised code
    #[arg(long)]
    release: bool,
}

/// Builds all versions, runs every trial of the exercise, and shows each with its figures.
///
/// # Errors
/// An unknown name, a build that could not begin, a trial that could not be started, or an output
/// that cannot be written. How the trials themselves went is in the exit.
pub fn run(args: &Args) -> anyhow::Result<Exit> {
    let workspace = prepare::workspace()?;
    let entry = workspace.exercise(&args.exercise)?;
    let progress = Progress::new();
    // Of what lies there before the build: an edit during it is another content.
    let content = finding::content(&workspace, entry).filter(|_| !args.release);
    let remember = |found: &dyn Fn(String) -> Finding| {
        if let Some(content) = &content {
            finding::remember(&workspace, entry, &found(content.clone()));
        }
    };
    let mut built = prepare::build(&workspace, args.release, &progress)?.packages;
    let built = built.remove(&Version::Exercise.package(&entry.name));
    let test = match built.map(|built| built.test) {
        Some(Ok(test)) => test,
        Some(Err(refused)) => {
            progress.end();
            show::trouble::did_not_build(Version::Exercise, &entry.name, &refused.message);
            show::trials::nothing_tested(&entry.name)?;
            remember(&Finding::not_built);
            return Ok(Exit::NoResult);
        }
        None => {
            let folder = Version::Exercise.folder(&entry.name);
            anyhow::bail!("{folder}/Cargo.toml is not there, so there is nothing to test.");
        }
    };

    progress.aside(|| show::trials::heading(entry))?;
    let mut tally = Tally::default();
    let mut all = Vec::new();
    for (stage, prefix) in [("Testing what it does", BEHAVIOURS), ("Testing its memory", MEMORY)] {
        let jobs = measure::jobs(&test, prefix, SoakSettings::default())?;
        progress.stage(stage);
        trials(&jobs, &progress, |measured| {
            tally.all += 1;
            tally.failed += usize::from(!show::trials::print(entry, measured)?);
            all.push(measured.clone());
            Ok(())
        })?;
    }
    progress.end();
    anyhow::ensure!(tally.all > 0, "The memory test of {} has no trials.", entry.name);
    remember(&|content| Finding::of(content, entry, &all));
    show::trials::sum(entry, tally.failed, tally.all)?;
    Ok(if tally.failed == 0 { Exit::Success } else { Exit::Failed })
}

/// How many trials there were.
#[derive(Debug, Default)]
struct Tally {
    all: usize,
    failed: usize,
}

/// Runs `jobs`, and hands each result to `see`, in order, as soon as it and all before it are there.
fn trials(
    jobs: &[Job],
    progress: &Progress,
    mut see: impl FnMut(&Measured) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut results: Vec<Option<Measured>> = jobs.iter().map(|_| None).collect();
    let (mut done, mut seen) = (0, 0);
    measure::run(jobs, |job, note| {
        if let Note::Done(measured) = note {
            results[job] = Some(measured.clone());
            done += 1;
            while let Some(Some(next)) = results.get(seen) {
                progress.aside(|| see(next))?;
                seen += 1;
            }
        }
        progress.trial(done, jobs.len(), &jobs[job].trial, &note);
        Ok(())
    })?;
    Ok(())
}
