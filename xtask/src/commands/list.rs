//! `list`: the exercises in the order of teaching.

use super::prepare;
use crate::exit::Exit;
use crate::finding::{self, State};
use crate::shipped::Shipped;
use crate::show;
use crate::workspace::{Entry, Workspace};

/// Lists the exercises, one line each, with what each of them is right now
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  cargo xtask list

as shipped, edited: by the content of the files, whatever was committed. leaking, fixed, broken,
undecided: what its code was found to do, by a test or a run of just this content.")]
pub struct Args {}

/// What an exercise is right now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Status {
    /// Whether its content is not what was shipped; `None` if that is not known.
    pub edited: Option<bool>,
    /// What it does; `None` if this content was not run yet.
    pub state: Option<State>,
}

/// Lists the exercises.
///
/// # Errors
/// When the workshop is not found, or nothing can be printed.
pub fn run(Args {}: &Args) -> anyhow::Result<Exit> {
    let workspace = prepare::workspace()?;
    show::list::print(&workspace, &all(&workspace))?;
    Ok(Exit::Success)
}

/// What each exercise is, in the order of teaching.
pub fn all(workspace: &Workspace) -> Vec<Status> {
    workspace.exercises.iter().map(|entry| status(workspace, entry)).collect()
}

/// What `entry` is.
pub fn status(workspace: &Workspace, entry: &Entry) -> Status {
    let changes = Shipped::of(&workspace.root, &entry.name).and_then(|shipped| shipped.changes());
    Status {
        edited: changes.ok().map(|changes| !changes.is_empty()),
        state: finding::now(workspace, entry).map(|finding| finding.state),
    }
}
