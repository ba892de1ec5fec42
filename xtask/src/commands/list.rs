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

as shipped, edited: compares the files with the shipped ones, not with commits.
not judged: whether it leaks is yours to find out; then cargo xtask judge EXERCISE.
leaking, fixed, broken, undecided: the last result of exactly this content.
judged, misjudged: it does not leak, and you said so, or did not.")]
pub struct Args {}

/// Lists the exercises.
pub fn run(Args {}: &Args) -> anyhow::Result<Exit> {
    let workspace = open_workshop()?;
    show::list::print(&mut anstream::stdout().lock(), &Status::read_all(&workspace))?;
    Ok(Exit::Success)
}
