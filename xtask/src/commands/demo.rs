//! `demo`: the facilitator's page. Builds the versions and the page's program, and becomes it.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Context as _;

use crate::build;
use crate::commands::open_workshop;
use crate::demo_plan;
use crate::exit::Exit;
use crate::files;
use crate::progress::Progress;
use crate::system;

/// Opens the facilitator's page: live curves of a leak and its fix under the same load
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  cargo xtask demo                              begin with the first exercise
  cargo xtask demo rc-cycles                    begin with this exercise
  cargo xtask demo rc-cycles --record rc.jsonl  record the run
  cargo xtask demo --replay rc.jsonl            play it back
  cargo xtask demo --port 8080                  always at the same address

The page listens on 127.0.0.1 only and shows its keys on ?. Ctrl-C ends it.

Exit code: 130 after Ctrl-C; 2 if the page cannot be shown.")]
pub struct Args {
    /// The exercise to begin with [default: the first]
    #[arg(value_name = "EXERCISE")]
    exercise: Option<String>,
    /// Record the run of the first exercise in this file
    #[arg(long, value_name = "FILE", conflicts_with = "replay")]
    record: Option<PathBuf>,
    /// Play a recording
    #[arg(long, value_name = "FILE")]
    replay: Option<PathBuf>,
    /// Measure optimised code
    #[arg(long)]
    release: bool,
    /// Listen on this port [default: one that the system chooses]
    #[arg(long, value_name = "PORT")]
    port: Option<u16>,
    /// Print the address without opening a browser
    #[arg(long)]
    no_browser: bool,
}

/// Builds what is needed and becomes the page's program.
pub fn run(args: &Args) -> anyhow::Result<Exit> {
    let workspace = open_workshop()?;
    if let Some(file) = &args.record {
        // Fail before minutes of building.
        files::check_new(file)?;
    }
    let first = args.exercise.as_deref().map(|name| workspace.exercise(name)).transpose()?;
    let progress = Progress::new();
    let mut plan = if args.replay.is_some() {
        demo_plan::replay(&workspace)
    } else {
        let built = build::all(&workspace, args.release, &progress)?;
        demo_plan::live(&workspace, &built)?
    };
    let is_first = |name: &String| first.is_some_and(|first| first.name == *name);
    let index = plan.exercises.iter().position(|one| is_first(&one.name));
    plan.first = index.unwrap_or(0);
    progress.stage("Building the page");
    let program = build::program(&workspace, demo_plan::PROGRAM, &progress)?;
    progress.end();

    let mut command = Command::new(&program);
    command.arg("--plan").arg(demo_plan::write(&workspace.root, &plan)?);
    for (option, file) in [("--record", &args.record), ("--replay", &args.replay)] {
        if let Some(file) = file {
            command.arg(option).arg(file);
        }
    }
    if let Some(port) = args.port {
        command.arg("--port").arg(port.to_string());
    }
    if args.no_browser {
        command.arg("--no-browser");
    }
    let status = system::replace_with(command)
        .with_context(|| format!("{} cannot be started", program.display()))?;
    Ok(if status.success() { Exit::Success } else { Exit::NoResult })
}
