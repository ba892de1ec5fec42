//! Restores an exercise as it was shipped, and undoes that.

use anyhow::Context as _;

use crate::backups::{self, Backup};
use crate::files::{self, Files};
use crate::shipped::Shipped;
use crate::workspace::{Exercise, Version, Workspace};

/// The outcome of a reset, or of its undo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResetOutcome {
    /// The exercise already was as shipped.
    WasAsShipped,
    /// Its folder was gone, and is back as shipped.
    WasGone,
    /// It is as shipped now; the backup holds the learner's version.
    AsShipped(Backup),
    /// The learner's version was restored.
    Restored {
        /// The backup that it was restored from.
        backup: Backup,
        /// The backup of the files it replaced, if those were the learner's.
        replaced: Option<Backup>,
    },
}

/// Restores the shipped version of `exercise`.
///
/// # Errors
/// When the shipped version is not available or the learner's cannot be backed up (in both cases
/// nothing has changed), or a file cannot be written.
pub fn reset(exercise: &Exercise) -> anyhow::Result<ResetOutcome> {
    let shipped = Shipped::find(exercise)?;
    if shipped.changes()?.is_empty() {
        return Ok(ResetOutcome::WasAsShipped);
    }
    let files = shipped.files()?;
    let backup = backups::save(exercise, &files)?;
    backups::replace(exercise, &files, backup.as_ref())?;
    Ok(backup.map_or(ResetOutcome::WasGone, ResetOutcome::AsShipped))
}

/// Restores the newest backup of `exercise` that differs from its current files.
pub fn undo(exercise: &Exercise) -> anyhow::Result<ResetOutcome> {
    let current = files::read_below_if_any(&exercise.path(&exercise.folder(Version::Exercise)))?;
    let differs = |backup: Backup| {
        let files = files::read_below(&backup.folder).ok()?;
        (files != current).then_some((backup, files))
    };
    let (backup, files) = backups::of_exercise(exercise)
        .into_iter()
        .find_map(differs)
        .with_context(|| format!("There is no other version of {} to restore.", exercise.name))?;
    // The shipped version is always available again, so it needs no backup.
    let shipped = Shipped::find(exercise).and_then(|shipped| shipped.files());
    let replaced = backups::save(exercise, &shipped.unwrap_or_else(|_| Files::new()))?;
    backups::replace(exercise, &files, replaced.as_ref())?;
    Ok(ResetOutcome::Restored { backup, replaced })
}

/// The exercise with the newest backup.
pub fn last_reset(workspace: &Workspace) -> Option<&Exercise> {
    let newest = |exercise: &&Exercise| {
        let backup = backups::of_exercise(exercise).into_iter().next();
        backup.map(|backup| backups::age(&backup.folder))
    };
    workspace.exercises.iter().filter(|exercise| newest(exercise).is_some()).max_by_key(newest)
}
