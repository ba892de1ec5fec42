//! `list`: the exercises in teaching order.

use crate::commands::open_workshop;
use crate::exit::Exit;
use crate::show;
use crate::status::Status;

/// Lists the exercises, one line each, with their current status
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  cargo xtask list

as shipped, edited: whether your files differ from the shipped ones, whatever is committed.
not judged: find out whether it leaks, then run cargo xtask judge EXERCISE.
leaking, over a bound, fixed, broken, undecided: the last result of the code as it is now.
not run: the code has changed since its last run.
judged: it does not leak, and you said so. misjudged: it does not leak, and you said that it does.")]
pub struct Args {}

/// Lists the exercises.
pub fn run(Args {}: &Args) -> anyhow::Result<Exit> {
    let workspace = open_workshop()?;
    show::list::print(&mut anstream::stdout().lock(), &Status::read_all(&workspace))?;
    Ok(Exit::Success)
}
