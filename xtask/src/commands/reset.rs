//! `reset`: an exercise as it was shipped, and the way back.

use std::path::Path;

use anyhow::Context as _;

use super::prepare;
use crate::exit::Exit;
use crate::files::{self, Files};
use crate::kept::{self, Kept};
use crate::shipped::Shipped;
use crate::show;
use crate::workspace::{Entry, Version, Workspace};

/// Puts an exercise back as it was shipped; your version is kept aside
///
/// Nothing is lost: your version goes to a folder of its own, whose place is printed, before
/// anything is changed.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  cargo xtask reset rc-cycles          as it was shipped
  cargo xtask reset --all              every exercise
  cargo xtask reset --undo             what the last reset kept, back in its place
  cargo xtask reset rc-cycles --undo   the same, of this exercise

Exit code: 0 if the exercise is as was asked for, else 2.")]
pub struct Args {
    /// The exercise to put back
    #[arg(required_unless_present_any = ["all", "undo"], conflicts_with = "all")]
    exercise: Option<String>,
    /// Put every exercise back
    #[arg(long, conflicts_with = "undo")]
    all: bool,
    /// Bring back what a reset kept aside
    #[arg(long)]
    undo: bool,
}

/// What came of a reset, or of taking it back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done {
    /// It was as shipped already.
    WasAsShipped,
    /// It is as shipped; what was there is kept.
    AsShipped(Kept),
    /// The kept version is back; what was there instead is kept as well, if it was the learner's.
    Back {
        /// What is back.
        kept: Kept,
        /// What was there instead.
        instead: Option<Kept>,
    },
}

/// Resets, or takes a reset back.
///
/// # Errors
/// An unknown name, what was shipped is not to be had, what is there cannot be kept, or a file
/// cannot be written.
pub fn run(args: &Args) -> anyhow::Result<Exit> {
    let workspace = prepare::workspace()?;
    let entry = args.exercise.as_deref().map(|name| workspace.exercise(name)).transpose()?;
    if args.undo {
        let entry = entry.or_else(|| last_reset(&workspace));
        let entry = entry.context("Nothing is kept, so there is no reset to take back.")?;
        show::reset::print(&workspace, entry, &undo(&workspace.root, &entry.name)?)?;
        return Ok(Exit::Success);
    }
    let entries = entry.map_or_else(|| workspace.exercises.iter().collect(), |entry| vec![entry]);
    for entry in entries {
        show::reset::print(&workspace, entry, &reset(&workspace.root, &entry.name)?)?;
    }
    Ok(Exit::Success)
}

/// Puts the exercise `name` back as it was shipped.
///
/// # Errors
/// What was shipped is not to be had, what is there cannot be kept (in both cases nothing has
/// changed), or a file cannot be written.
pub fn reset(root: &Path, name: &str) -> anyhow::Result<Done> {
    let shipped = Shipped::of(root, name)?;
    if shipped.changes()?.is_empty() {
        return Ok(Done::WasAsShipped);
    }
    let files = shipped.files()?;
    let kept = kept::keep(root, name, &files)?;
    kept::replace(root, name, &files, kept.as_ref())?;
    Ok(kept.map_or(Done::WasAsShipped, Done::AsShipped))
}

/// Brings the newest kept version of the exercise `name` back that is not what is there now.
///
/// # Errors
/// Nothing is kept, what is there cannot be kept, or a file cannot be written.
fn undo(root: &Path, name: &str) -> anyhow::Result<Done> {
    let place = Version::Exercise.folder(name);
    let now = files::read_below(&root.join(&place))?;
    let other = |kept: Kept| {
        let files = files::read_below(&kept.folder).ok()?;
        (files != now).then_some((kept, files))
    };
    let (kept, files) = kept::all(root, name).into_iter().find_map(other).with_context(|| {
        format!("No other version of {name} is kept, so there is no reset to take back.")
    })?;
    // What was shipped can be had again at any time, where it is known.
    let shipped = Shipped::of(root, name).and_then(|shipped| shipped.files());
    let instead = kept::keep(root, name, &shipped.unwrap_or_else(|_| Files::new()))?;
    kept::replace(root, name, &files, instead.as_ref())?;
    Ok(Done::Back { kept, instead })
}

/// The exercise whose version was kept last.
fn last_reset(workspace: &Workspace) -> Option<&Entry> {
    let newest = |entry: &&Entry| {
        let kept = kept::all(&workspace.root, &entry.name).into_iter().next();
        kept.map(|kept| kept::age(&kept.folder))
    };
    workspace.exercises.iter().filter(|entry| newest(entry).is_some()).max_by_key(newest)
}
