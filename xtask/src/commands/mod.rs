//! The commands, one file each: `Args` is the command line; `run` calls the domain logic and passes
//! the results to `show`. No command imports another.

pub mod author;
pub mod completions;
pub mod demo;
pub mod diff;
pub mod doctor;
pub mod handout;
pub mod hint;
pub mod judge;
pub mod kit;
pub mod list;
pub mod predict;
pub mod profile;
pub mod report;
pub mod reset;
pub mod room;
pub mod run;
pub mod status;
pub mod test;
pub mod verify;
pub mod watch;
pub mod wild;

use crate::shipped;
use crate::workspace::Workspace;

/// The workshop that contains the current folder. Saves copies of its shipped files first, so that
/// they can be restored after any edit.
fn open_workshop() -> anyhow::Result<Workspace> {
    let workspace = Workspace::find()?;
    shipped::save_shipped_copies(&workspace);
    Ok(workspace)
}
