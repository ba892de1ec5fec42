//! `list`: the exercises in teaching order.

use crate::commands::open_workshop;
use crate::exit::Exit;
use crate::show;
use crate::status::{Status, Tally};

/// Lists the exercises, one line each, with their current status
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  cargo xtask list

as shipped, edited: whether your files differ from the shipped ones, whatever is committed.
not judged: find out whether it leaks, then run cargo xtask judge EXERCISE.
leaking, over a bound, fixed, broken, undecided: the last result of the code as it is now.
not run: the code has changed since its last run.
judged: it does not leak, and you said so. misjudged: it does not leak, and you said that it does.

The last line counts the exercises that are done (fixed, or no leak and judged so), and those that you have judged.")]
pub struct Args {}

/// Lists the exercises.
pub fn run(Args {}: &Args) -> anyhow::Result<Exit> {
    let workspace = open_workshop()?;
    let (exercises, tally) = (Status::read_all(&workspace), Tally::read(&workspace));
    show::list::print(&mut anstream::stdout().lock(), &exercises, tally)?;
    Ok(Exit::Success)
}
