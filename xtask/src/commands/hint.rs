//! `hint`: the hints of an exercise's README, one more each time.

use crate::commands::open_workshop;
use crate::exit::Exit;
use crate::hints;
use crate::show;

/// Shows the next hint each time you ask
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  cargo xtask hint rc-cycles               the next hint
  cargo xtask hint rc-cycles --level 1     the first hint again
  cargo xtask hint rc-cycles --start-over  begin with the first hint again

Exit code: 0 if there is a hint to show, else 2.")]
pub struct Args {
    /// The exercise that you are working on, by name or number [default: the one whose folder you are in]
    exercise: Option<String>,
    /// Show this hint instead of the next one
    #[arg(long, value_name = "N")]
    level: Option<usize>,
    /// Forget which hints were shown
    #[arg(long, conflicts_with = "level")]
    start_over: bool,
}

/// Shows a hint.
///
/// # Errors
/// An unknown name, a README that cannot be read, a hint that it does not have, or an output that
/// cannot be written.
pub fn run(args: &Args) -> anyhow::Result<Exit> {
    let workspace = open_workshop()?;
    let exercise = workspace.exercise_or_here(args.exercise.as_deref())?;
    if args.start_over {
        hints::start_over(exercise)?;
    }
    let hint = match args.level {
        None => hints::next(exercise)?,
        Some(level) => hints::at(exercise, level)?,
    };
    show::hint::print(&mut anstream::stdout().lock(), exercise, &hint)?;
    Ok(Exit::Success)
}
