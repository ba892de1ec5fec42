//! `reset`: restores an exercise as it was shipped, and undoes that.

use anyhow::Context as _;

use crate::commands::open_workshop;
use crate::exit::Exit;
use crate::reset;
use crate::show;

/// Restores an exercise as it was shipped, and saves your version
///
/// Nothing is lost: before anything changes, your version is saved in a folder of its own, whose
/// path is printed.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  cargo xtask reset rc-cycles          restore this exercise
  cargo xtask reset --all              restore every exercise
  cargo xtask reset --undo             undo the last reset
  cargo xtask reset rc-cycles --undo   undo the last reset of this exercise

Exit code: 0 if every exercise is as requested, else 2.")]
pub struct Args {
    /// The exercise to restore, by name or number [default: the one whose folder you are in]
    #[arg(conflicts_with = "all")]
    exercise: Option<String>,
    /// Restore every exercise
    #[arg(long, conflicts_with = "undo")]
    all: bool,
    /// Bring back the version that a reset saved
    #[arg(long)]
    undo: bool,
}

/// Resets exercises, or undoes a reset.
///
/// # Errors
/// An unknown name, a shipped version that is not available, a version that cannot be saved, or a
/// file that cannot be written.
pub fn run(args: &Args) -> anyhow::Result<Exit> {
    let workspace = open_workshop()?;
    let named = args.exercise.as_deref().map(|name| workspace.exercise(name)).transpose()?;
    let out = &mut anstream::stdout().lock();
    if args.undo {
        let exercise = named.or_else(|| reset::last_reset(&workspace));
        let exercise = exercise.context("No version was saved, so there is no reset to undo.")?;
        show::reset::print(out, exercise, &reset::undo(exercise)?)?;
        return Ok(Exit::Success);
    }
    let exercises = if args.all {
        workspace.exercises.iter().collect()
    } else {
        vec![workspace.exercise_or_here(args.exercise.as_deref())?]
    };
    for exercise in exercises {
        show::reset::print(out, exercise, &reset::reset(exercise)?)?;
    }
    Ok(Exit::Success)
}
