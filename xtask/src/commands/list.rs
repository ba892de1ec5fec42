//! `list`: the exercises in the order of teaching.

use crate::exit::Exit;
use crate::show;
use crate::workspace::Workspace;

/// Lists the exercises, one line each
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  cargo xtask list")]
pub struct Args {}

/// Lists the exercises.
///
/// # Errors
/// When the workshop is not found, or nothing can be printed.
pub fn run(Args {}: &Args) -> anyhow::Result<Exit> {
    let workspace = Workspace::find()?;
    show::list::print(&workspace)?;
    Ok(Exit::Success)
}
