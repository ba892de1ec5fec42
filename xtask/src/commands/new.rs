//! `new`: the skeleton of a leak pattern.

use crate::exit::Exit;
use crate::show;
use crate::skeleton;
use crate::workspace::Workspace;

/// Begins a new leak pattern (for authors)
///
/// Creates the pattern's three folders with a small service that leaks, its fix and one wrong fix. It
/// compiles and can be run; `verify` lists what is still to be written.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  cargo xtask new poisoned-pools
  cargo xtask verify poisoned-pools   what is still to be written

Exit code: 0 if it was created, else 2.")]
pub struct Args {
    /// The pattern's name: lower-case letters, digits and hyphens
    name: String,
}

/// Creates the skeleton.
pub fn run(args: &Args) -> anyhow::Result<Exit> {
    let workspace = Workspace::find()?;
    let folders = skeleton::create(&workspace, &args.name)?;
    show::author::created(&mut anstream::stdout().lock(), &args.name, &folders)?;
    Ok(Exit::Success)
}
