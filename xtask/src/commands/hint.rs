//! `hint`: the hints of an exercise's README, one more each time.

use std::fs;

use anyhow::Context as _;

use super::prepare;
use crate::exit::Exit;
use crate::files;
use crate::lab;
use crate::readme::Readme;
use crate::show;
use crate::workspace::{Entry, Version, Workspace};

/// Shows one more hint each time it is asked
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  cargo xtask hint rc-cycles               the next one
  cargo xtask hint rc-cycles --level 1     the first one, once more
  cargo xtask hint rc-cycles --start-over  from the first one on again

Exit code: 0 if there is a hint to show, else 2.")]
pub struct Args {
    /// The exercise that you are at
    exercise: String,
    /// This hint, instead of the next one
    #[arg(long, value_name = "N")]
    level: Option<usize>,
    /// Forget which ones were shown
    #[arg(long, conflicts_with = "level")]
    start_over: bool,
}

/// A hint, and where it stands among the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// Its number, from 1.
    pub level: usize,
    /// How many there are.
    pub of: usize,
    /// Its text, as in the README.
    pub text: String,
    /// Whether it was shown before, because there are no more.
    pub again: bool,
}

/// Shows a hint.
///
/// # Errors
/// An unknown name, a README that cannot be read, a level that it does not have, or an output that
/// cannot be written.
pub fn run(args: &Args) -> anyhow::Result<Exit> {
    let workspace = prepare::workspace()?;
    let entry = workspace.exercise(&args.exercise)?;
    if args.start_over {
        remember(&workspace, entry, 0)?;
    }
    let hint = match args.level {
        None => next(&workspace, entry)?,
        Some(level) => at(&workspace, entry, level)?,
    };
    show::hint::print(entry, &hint)?;
    Ok(Exit::Success)
}

/// The hint after the last one that was shown, from now on shown; the last one again, if there is
/// no more.
///
/// # Errors
/// A README that cannot be read or has no hints, or a number that cannot be written.
pub fn next(workspace: &Workspace, entry: &Entry) -> anyhow::Result<Hint> {
    let hints = hints(workspace, entry)?;
    let shown = shown(workspace, entry);
    let level = (shown + 1).min(hints.len());
    remember(workspace, entry, level)?;
    let text = hints[level - 1].clone();
    Ok(Hint { level, of: hints.len(), text, again: shown >= hints.len() })
}

fn at(workspace: &Workspace, entry: &Entry, level: usize) -> anyhow::Result<Hint> {
    let hints = hints(workspace, entry)?;
    let text = level.checked_sub(1).and_then(|index| hints.get(index)).with_context(|| {
        format!("{} has the hints 1 to {}, and no hint {level}.", entry.name, hints.len())
    })?;
    remember(workspace, entry, level.max(shown(workspace, entry)))?;
    Ok(Hint { level, of: hints.len(), text: text.clone(), again: false })
}

fn hints(workspace: &Workspace, entry: &Entry) -> anyhow::Result<Vec<String>> {
    let place = format!("{}/README.md", Version::Exercise.folder(&entry.name));
    let text = fs::read_to_string(workspace.root.join(&place))
        .with_context(|| format!("{place}, where the hints stand, cannot be read"))?;
    let hints = Readme::parse(&text, place.clone()).hints();
    anyhow::ensure!(!hints.is_empty(), "{place} has no hints.");
    Ok(hints)
}

/// How many hints of `entry` were shown. What cannot be read was never written by this program.
fn shown(workspace: &Workspace, entry: &Entry) -> usize {
    let text = fs::read_to_string(lab::hints(&workspace.root, &entry.name)).unwrap_or_default();
    text.trim().parse().unwrap_or(0)
}

fn remember(workspace: &Workspace, entry: &Entry, shown: usize) -> anyhow::Result<()> {
    let path = lab::hints(&workspace.root, &entry.name);
    files::write(&path, format!("{shown}\n").as_bytes())
        .with_context(|| format!("{} cannot be written", path.display()))
}
