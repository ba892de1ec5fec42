//! `demo`: the facilitator's page. Builds the versions and the page's program, and becomes it.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;
use exercise_harness::plan::Plan;

use super::prepare;
use crate::cargo;
use crate::exit::Exit;
use crate::lineup;
use crate::show::progress::Progress;

/// The package of the page's program, and the program.
pub const PROGRAM: &str = "demo";

/// Opens the facilitator's page: live curves of a leak and its fix under the same load
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  cargo xtask demo                              from the first exercise on
  cargo xtask demo rc-cycles                    one exercise first
  cargo xtask demo rc-cycles --record rc.jsonl  keep the run
  cargo xtask demo --replay rc.jsonl            play it back, without any build but the page's

The page listens on 127.0.0.1 only. On it, ? shows the keys. Ctrl-C here ends it.

Exit code: 130 after Ctrl-C; 2 if the page cannot be shown.")]
pub struct Args {
    /// The exercise to begin with; none for the first
    #[arg(value_name = "EXERCISE")]
    exercise: Option<String>,
    /// Record the first exercise's run in this file
    #[arg(long, value_name = "FILE", conflicts_with = "replay")]
    record: Option<PathBuf>,
    /// Play a recording
    #[arg(long, value_name = "FILE")]
    replay: Option<PathBuf>,
    /// Measure optimised code
    #[arg(long)]
    release: bool,
    /// Open no browser: only print the address
    #[arg(long)]
    no_browser: bool,
}

/// Builds what is needed and becomes the page's program: this returns only if it cannot.
///
/// # Errors
/// An unknown name, a build that could not begin, or a program that does not build or start.
pub fn run(args: &Args) -> anyhow::Result<Exit> {
    let workspace = prepare::workspace()?;
    if let Some(name) = &args.exercise {
        workspace.exercise(name)?;
    }
    let progress = Progress::new();
    let mut plan = if args.replay.is_some() {
        lineup::unbuilt(&workspace)
    } else {
        let built = prepare::build_all(&workspace, args.release, &progress)?;
        lineup::plan(&workspace, &built)?
    };
    let place = plan.exercises.iter().position(|one| Some(&one.name) == args.exercise.as_ref());
    plan.first = place.unwrap_or(0);
    progress.stage("Building the page");
    let program = cargo::build_program(&workspace.root, PROGRAM, progress.detail())?;
    progress.end();

    let mut command = Command::new(&program);
    command.arg("--plan").arg(write(&workspace.root, &plan)?);
    for (option, file) in [("--record", &args.record), ("--replay", &args.replay)] {
        if let Some(file) = file {
            command.arg(option).arg(file);
        }
    }
    if args.no_browser {
        command.arg("--no-browser");
    }
    // This process becomes the program, so that Ctrl-C meets one that cleans up, and only one.
    let error = command.exec();
    Err(error).with_context(|| format!("{} cannot be started", program.display()))
}

/// Writes the plan to where the build is, and says where.
///
/// # Errors
/// When the file cannot be written.
pub fn write(root: &Path, plan: &Plan) -> anyhow::Result<PathBuf> {
    let path = cargo::target_folder(root)?.join("demo-plan.json");
    fs::write(&path, serde_json::to_string(plan)?)
        .with_context(|| format!("the plan cannot be written to {}", path.display()))?;
    Ok(path)
}
