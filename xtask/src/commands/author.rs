//! `author`: the commands that write what an author would otherwise write by hand.

use crate::exit::Exit;
use crate::progress::Progress;
use crate::shipped::save_shipped_copies;
use crate::show;
use crate::skeleton;
use crate::verify::record::{FixKind, NewFix};
use crate::verify::test_bed::TestBed;
use crate::verify::{detection_limits, measured_leak, record, shipped};
use crate::workspace::{Exercise, Workspace};

/// Begins a pattern, accepts an exercise, records a fix, measures detection limits (for authors)
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  cargo xtask author new poisoned-pools
  cargo xtask author accept unbounded-cache     after a change of it
  cargo xtask author record-fix unbounded-cache wrong clear-all \
      --because \"Clears all when full.\" --rejected-by behaviour::keeps_hot_pages
  cargo xtask author detection-limits rc-cycles

Exit codes: 0 done, 2 not done; the message says why.")]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Create the folders of a new pattern, with a small service that leaks, its fix and one wrong fix
    ///
    /// It compiles and can be run; `verify --form` lists what is still to be written.
    New {
        /// The pattern's name: lower-case letters, digits and hyphens
        name: String,
    },
    /// Accept the current files of exercises as the shipped versions
    ///
    /// Updates their locks and, from a measurement, the leak declared in their metadata, and shows the changes.
    Accept {
        /// The exercises to accept [default: all]
        exercises: Vec<String>,
        /// Only update the locks: build and measure nothing
        #[arg(long)]
        locks_only: bool,
    },
    /// Record your edit of an exercise as one of its fixes, and restore the shipped version
    RecordFix {
        /// The edited exercise
        exercise: String,
        /// Whether a trial must reject the fix, or all must pass
        #[arg(value_enum)]
        kind: FixKind,
        /// The patch's name
        name: String,
        /// What the fix does, and what comes of it
        #[arg(long, value_name = "SENTENCE")]
        because: Option<String>,
        /// The trial that must reject a wrong fix
        #[arg(long, value_name = "TRIAL")]
        rejected_by: Option<String>,
    },
    /// Measure the rarest leak that turns a trial of each exercise red
    DetectionLimits {
        /// The exercises to measure [default: all]
        exercises: Vec<String>,
    },
}

/// Runs the author's command.
pub fn run(args: &Args) -> anyhow::Result<Exit> {
    let mut workspace = Workspace::find()?;
    match &args.action {
        Action::New { name } => {
            let folders = skeleton::create(&workspace, name)?;
            show::author::created(&mut anstream::stdout().lock(), name, &folders)?;
        }
        Action::Accept { exercises, locks_only } => {
            let names = names(&workspace, exercises)?;
            accept(&mut workspace, &names, *locks_only)?;
        }
        Action::RecordFix { exercise, kind, name, because, rejected_by } => {
            let exercise = workspace.exercise(exercise)?;
            let (because, rejected_by) = (because.as_deref(), rejected_by.as_deref());
            let recorded =
                record::run(exercise, &NewFix { kind: *kind, name, because, rejected_by })?;
            show::author::recorded(&mut anstream::stdout().lock(), exercise, &recorded)?;
        }
        Action::DetectionLimits { exercises } => {
            let names = names(&workspace, exercises)?;
            let progress = Progress::new();
            let test_bed = TestBed::set_up(&workspace, &progress)?;
            for exercise in selected(&mut workspace, &names) {
                let found = detection_limits::measure(exercise, &test_bed)?;
                progress
                    .print(|out| show::verify::detection_limits(out, &exercise.name, &found))?;
            }
            progress.end();
        }
    }
    Ok(Exit::Success)
}

fn accept(workspace: &mut Workspace, names: &[String], locks_only: bool) -> anyhow::Result<()> {
    for exercise in selected(workspace, names) {
        let accepted = shipped::accept(exercise)?;
        show::author::accepted_files(&mut anstream::stdout().lock(), exercise, &accepted)?;
    }
    // Newly accepted files can be restored even before they are committed.
    save_shipped_copies(workspace);
    if !locks_only {
        let progress = Progress::new();
        let test_bed = TestBed::set_up(workspace, &progress)?;
        for exercise in selected(workspace, names) {
            let accepted = measured_leak::accept(exercise, &test_bed)?;
            progress.print(|out| show::author::accepted_leak(out, exercise, &accepted))?;
        }
        progress.end();
    }
    show::author::next_is_proof(&mut anstream::stdout().lock(), names)?;
    Ok(())
}

/// The full names of the requested exercises; all of them if none is requested.
fn names(workspace: &Workspace, requested: &[String]) -> anyhow::Result<Vec<String>> {
    if requested.is_empty() {
        return Ok(workspace.exercises.iter().map(|exercise| exercise.name.clone()).collect());
    }
    requested.iter().map(|name| Ok(workspace.exercise(name)?.name.clone())).collect()
}

fn selected<'a>(
    workspace: &'a mut Workspace,
    names: &[String],
) -> impl Iterator<Item = &'a mut Exercise> {
    workspace.exercises.iter_mut().filter(|exercise| names.contains(&exercise.name))
}
