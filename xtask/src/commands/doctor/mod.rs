//! `doctor`: is this laptop ready for the day?

mod checks;
pub mod record;

use std::io::Write;
use std::time::{Duration, Instant};

use exercise_harness::units;

use super::prepare;
use crate::cargo;
use crate::exit::Exit;
use crate::show::progress::Progress;
use crate::workspace::Workspace;
use checks::{Check, Outcome};

/// Checks whether this machine is ready for a workshop, and records a run of each exercise
///
/// Builds everything once, so that nothing is built in the room, and keeps a recording of each
/// exercise in your own folder, for the case that something fails on the day.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  cargo xtask doctor                 the evening before
  cargo xtask doctor --seconds 0     without recordings

Exit code: 0 if it is ready, 1 if something is missing, 2 if that cannot be told.")]
pub struct Args {
    /// How long each recording is, in seconds; 0 for none
    #[arg(long, value_name = "N", default_value_t = 20)]
    seconds: u64,
}

/// Runs every check and says what is missing.
///
/// # Errors
/// When this is not a workshop, or the output cannot be written. What a check found is in the exit.
pub fn run(args: &Args) -> anyhow::Result<Exit> {
    let workspace = prepare::workspace()?;
    let progress = Progress::new();
    let mut missing = Vec::new();
    let mut tell = |check: Check| {
        if check.outcome == Outcome::Missing {
            missing.push(check.name);
        }
        progress.aside(|| print(&check))
    };
    tell(checks::toolchain(&cargo::version()))?;
    tell(checks::offline(cargo::resolves_offline(&workspace.root)))?;
    let (built, shown) = build(&workspace, &progress);
    tell(built)?;
    tell(checks::loopback())?;
    tell(checks::memory(checks::available_memory()))?;
    tell(checks::descriptors(checks::descriptor_limit()))?;
    tell(checks::terminal())?;
    tell(checks::browser(checks::find_browser()))?;
    if let (Some(shown), true) = (shown, args.seconds > 0) {
        for at in 0..workspace.exercises.len() {
            let name = &workspace.exercises[at].name;
            progress.stage(&format!("Recording {name} for {} s", args.seconds));
            tell(record::one(&shown, at, args.seconds))?;
        }
    }
    progress.end();
    let ready = missing.is_empty();
    missing.dedup();
    let line =
        if ready { "Ready.".to_owned() } else { format!("Not ready: {}.", missing.join(", ")) };
    writeln!(anstream::stdout(), "\n{line}")?;
    Ok(if ready { Exit::Success } else { Exit::Failed })
}

/// Builds all versions and the page, and says how long it took.
fn build(workspace: &Workspace, progress: &Progress) -> (Check, Option<record::Shown>) {
    let began = Instant::now();
    let built = record::Shown::build(workspace, progress);
    let took = units::span(Duration::from_secs(began.elapsed().as_secs().max(1)));
    match built {
        Ok(shown) => {
            let broken: Vec<String> = shown
                .plan
                .exercises
                .iter()
                .filter(|one| one.versions.iter().any(|version| version.binary.is_none()))
                .map(|one| one.name.clone())
                .collect();
            (checks::built(&took, &broken), Some(shown))
        }
        Err(error) => (checks::not_built(&error), None),
    }
}

fn print(check: &Check) -> std::io::Result<()> {
    let mut out = anstream::stdout();
    let word = match check.outcome {
        Outcome::Good => "ok",
        Outcome::Unknown => "note",
        Outcome::Missing => "MISSING",
    };
    writeln!(out, "{word:8}{:12}{}", check.name, check.sentence)?;
    if let Some(remedy) = &check.remedy {
        writeln!(out, "{:20}{remedy}", "")?;
    }
    Ok(())
}
