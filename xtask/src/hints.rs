//! The hints of an exercise's README, and how many of them were shown.

use std::fs;

use anyhow::Context as _;

use crate::files;
use crate::readme::Readme;
use crate::state_dir;
use crate::workspace::{Exercise, Version};

/// A hint, and its place among the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// Its number, from 1.
    pub level: usize,
    /// How many hints the exercise has.
    pub count: usize,
    /// Its text, as in the README.
    pub text: String,
    /// Whether the last hint is shown again because there are no more.
    pub is_repeated: bool,
    /// Whether it is stored that it was shown, which a read-only folder prevents.
    pub is_counted: bool,
}

/// Returns the next hint and counts it as shown; the last one again if there are no more.
pub fn next(exercise: &Exercise) -> anyhow::Result<Hint> {
    let hints = read(exercise)?;
    let shown = shown(exercise);
    let level = (shown + 1).min(hints.len());
    let is_counted = set_shown(exercise, level).is_ok();
    let text = hints[level - 1].clone();
    Ok(Hint { level, count: hints.len(), text, is_repeated: shown >= hints.len(), is_counted })
}

/// Returns the hint `level` and counts it, and all before it, as shown.
pub fn at(exercise: &Exercise, level: usize) -> anyhow::Result<Hint> {
    let hints = read(exercise)?;
    let text = level.checked_sub(1).and_then(|index| hints.get(index)).with_context(|| {
        format!("There is no hint {level}: {} has the hints 1 to {}.", exercise.name, hints.len())
    })?;
    let is_counted = set_shown(exercise, level.max(shown(exercise))).is_ok();
    Ok(Hint { level, count: hints.len(), text: text.clone(), is_repeated: false, is_counted })
}

/// Forgets which hints were shown.
pub fn start_over(exercise: &Exercise) -> anyhow::Result<()> {
    set_shown(exercise, 0)
}

fn read(exercise: &Exercise) -> anyhow::Result<Vec<String>> {
    let place = exercise.readme(Version::Exercise);
    let text = fs::read_to_string(exercise.path(&place))
        .with_context(|| format!("{place}, which contains the hints, cannot be read"))?;
    let hints = Readme::parse(&text, place.clone()).hints();
    anyhow::ensure!(!hints.is_empty(), "{place} has no hints.");
    Ok(hints)
}

/// How many hints were shown; 0 if the count cannot be read.
fn shown(exercise: &Exercise) -> usize {
    let text = fs::read_to_string(state_dir::hints(&exercise.root, &exercise.name));
    text.unwrap_or_default().trim().parse().unwrap_or(0)
}

fn set_shown(exercise: &Exercise, shown: usize) -> anyhow::Result<()> {
    let path = state_dir::hints(&exercise.root, &exercise.name);
    files::write(&path, format!("{shown}\n").as_bytes())
        .with_context(|| format!("{} cannot be written", path.display()))
}
