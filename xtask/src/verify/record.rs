//! `author record-fix`: turns the author's edit of an exercise into a patch of its catalogue, and restores
//! the exercise.

use std::collections::BTreeSet;
use std::fs;

use anyhow::Context as _;
use diffy::DiffOptions;

use super::fixes::patch::{self, Fix};
use crate::backups::Backup;
use crate::files::{self, Files};
use crate::measure::{BEHAVIOURS, MEMORY};
use crate::reset::{self, ResetOutcome};
use crate::shipped::Shipped;
use crate::text::wrapped;
use crate::workspace::{Exercise, Version};

/// The width of the explanation above a diff.
const WIDTH: usize = 90;

/// A fix to record.
#[derive(Debug)]
pub struct NewFix<'a> {
    /// The catalogue.
    pub kind: FixKind,
    /// The patch's name.
    pub name: &'a str,
    /// What the fix does, and with which result; `None` to keep the explanation of an existing patch.
    pub because: Option<&'a str>,
    /// The trial that must reject it; `None` to keep that of an existing patch.
    pub rejected_by: Option<&'a str>,
}

/// The two catalogues of fixes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum FixKind {
    /// A plausible fix that a trial must reject.
    Wrong,
    /// A good fix that differs from the solution.
    Right,
}

/// A recorded fix.
#[derive(Debug)]
pub struct Recorded {
    /// The patch, relative to the workshop's root.
    pub place: String,
    /// The files that it changes.
    pub changed: Vec<String>,
    /// Whether it replaces a patch with the same name.
    pub renewed: bool,
    /// The backup of the edit.
    pub backup: Option<Backup>,
}

/// Records the edit of `exercise`, and restores the exercise as it was shipped.
///
/// # Errors
/// When there is no edit, the edit is not a fix, the explanation is missing, or a file cannot be read or
/// written. The edit is still in the exercise, or in a backup.
pub fn run(exercise: &Exercise, new: &NewFix<'_>) -> anyhow::Result<Recorded> {
    let name = &exercise.name;
    let shipped = Shipped::find(exercise)?.files()?;
    let edited = files::read_below(&exercise.path(&exercise.folder(Version::Exercise)))?;
    let changed = changed(exercise, &shipped, &edited)?;
    let wrong = new.kind == FixKind::Wrong;
    let folder = if wrong { "wrong" } else { "right" };
    let place = format!("{}/fixes/{folder}/{}.patch", exercise.crate_folder(), new.name);
    let old = fs::read_to_string(exercise.path(&place)).ok();
    let head = head(new, old.as_deref())?;
    let diff: String = changed
        .iter()
        .map(|file| file_diff(file, &shipped, &edited))
        .collect::<anyhow::Result<_>>()?;
    let text = format!("{head}\n{diff}");
    let fix = Fix::parse(&place, &text, name, wrong)
        .map_err(|failure| anyhow::anyhow!("{}\n{}", failure.wrong, failure.next))?;
    files::write(&exercise.path(&place), text.as_bytes())
        .with_context(|| format!("{place} cannot be written; your edit is unchanged"))?;
    let backup = match reset::reset(exercise)? {
        ResetOutcome::AsShipped(backup) => Some(backup),
        ResetOutcome::WasAsShipped | ResetOutcome::WasGone | ResetOutcome::Restored { .. } => None,
    };
    let applied = fix.apply(exercise);
    let same = applied.is_ok_and(|patched| {
        patched.iter().all(|(file, text)| {
            edited.get(file).map(Vec::as_slice) == text.as_ref().map(String::as_bytes)
        })
    });
    anyhow::ensure!(
        same,
        "{place} does not reproduce your edit.\nRestore the edit, and create the patch with `diff -u`: \
         cargo xtask reset {name} --undo"
    );
    Ok(Recorded { place, changed, renewed: old.is_some(), backup })
}

/// The changed files, all of which a fix may change.
fn changed(exercise: &Exercise, shipped: &Files, edited: &Files) -> anyhow::Result<Vec<String>> {
    let all: BTreeSet<&String> = shipped.keys().chain(edited.keys()).collect();
    let changed = all.into_iter().filter(|file| shipped.get(*file) != edited.get(*file));
    let changed: Vec<String> = changed.cloned().collect();
    let (folder, name) = (exercise.folder(Version::Exercise), &exercise.name);
    anyhow::ensure!(
        !changed.is_empty(),
        "{folder} is as shipped, so there is no edit to record.\nMake the fix there first. If you have \
         accepted it as the shipped version by mistake: cargo xtask reset {name} --undo"
    );
    if let Some(other) = changed.iter().find(|file| !file.starts_with("src/")) {
        anyhow::bail!(
            "{folder}/{other} is changed too, but a fix may change only files below src/.\n\
             Restore that file, or ship it as it is now: cargo xtask author accept {name}"
        );
    }
    Ok(changed)
}

/// The explanation above the diff, from `new` or else from the `old` patch.
fn head(new: &NewFix<'_>, old: Option<&str>) -> anyhow::Result<String> {
    let (labels, words) = old.map(|old| patch::head(old).0).unwrap_or_default();
    let label = labels.first().map(|label| label.trim_start_matches(patch::LABEL).trim());
    let because = match new.because {
        Some(because) => wrapped(because.trim(), WIDTH).join("\n"),
        None => words.join("\n").trim().to_owned(),
    };
    anyhow::ensure!(
        !because.is_empty(),
        "The explanation of the fix is missing.\nAdd --because \"A sentence.\""
    );
    let rejected_by = new.rejected_by.or(label);
    match (new.kind, rejected_by) {
        (FixKind::Right, None) => Ok(format!("{because}\n")),
        (FixKind::Right, Some(_)) => {
            anyhow::bail!("No trial may reject a right fix.\nRemove --rejected-by.")
        }
        (FixKind::Wrong, Some(trial))
            if trial.starts_with(BEHAVIOURS) || trial.starts_with(MEMORY) =>
        {
            Ok(format!("{because}\n\n{} {trial}\n", patch::LABEL))
        }
        (FixKind::Wrong, Some(trial)) => anyhow::bail!(
            "{trial:?} is not the name of a trial.\nUse the full name: --rejected-by memory::growth"
        ),
        (FixKind::Wrong, None) => anyhow::bail!(
            "The trial that must reject the fix is missing.\nAdd --rejected-by memory::growth, or the full \
             name of another trial."
        ),
    }
}

/// The part of the diff for `file`.
fn file_diff(file: &str, shipped: &Files, edited: &Files) -> anyhow::Result<String> {
    let text = |files: &Files| {
        let bytes = files.get(file).map_or(&[][..], Vec::as_slice);
        String::from_utf8(bytes.to_vec()).with_context(|| format!("{file} is not text"))
    };
    let side = |files: &Files, prefix: &str| match files.get(file) {
        Some(_) => format!("{prefix}/{file}"),
        None => "/dev/null".to_owned(),
    };
    let (original, modified) = (text(shipped)?, text(edited)?);
    let mut options = DiffOptions::new();
    options.set_original_filename(side(shipped, "a")).set_modified_filename(side(edited, "b"));
    Ok(options.create_patch(&original, &modified).to_string())
}
