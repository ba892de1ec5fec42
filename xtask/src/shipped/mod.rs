//! The shipped version of each exercise. It is identified by content hashes, so a learner's edits and
//! commits do not affect it, and git is not required.
//!
//! - `lock`: the committed list of shipped files, each with git's object ID and a hash.
//! - `saved_copy`: a copy of the shipped files, saved while they are unchanged.
//! - here: finds changes by the lock, and restores files from the copy or from git.

mod lock;
mod saved_copy;

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::Context as _;

pub use lock::{Change, Lock, hexadecimal};
pub use saved_copy::save_shipped_copies;

use crate::files::Files;
use crate::state_dir;
use crate::workspace::{Exercise, Version};
use lock::Id;

/// The shipped version of an exercise.
#[derive(Debug)]
pub struct Shipped<'a> {
    exercise: &'a Exercise,
    lock: Lock,
}

impl<'a> Shipped<'a> {
    /// The shipped version of `exercise`.
    pub fn find(exercise: &'a Exercise) -> anyhow::Result<Self> {
        let name = &exercise.name;
        let lock = Lock::read(exercise)?.with_context(|| {
            format!(
                "The shipped version of {name} is not known: {} is missing.\n\
                 To ship the exercise as it is now: cargo xtask author accept {name}",
                Lock::place(name)
            )
        })?;
        Ok(Self { exercise, lock })
    }

    /// The changes since the exercise was shipped.
    pub fn changes(&self) -> anyhow::Result<Vec<Change>> {
        Ok(self.lock.changes(&Lock::of_current(self.exercise)?))
    }

    /// Every shipped file, verified by its hash.
    pub fn files(&self) -> anyhow::Result<Files> {
        let file = |(file, id): (&String, &Id)| Ok((file.clone(), self.file(file, id)?));
        self.lock.files().map(file).collect()
    }

    /// One shipped file: from the exercise if unchanged there, from the saved copy, or from git, which
    /// has it regardless of later commits.
    fn file(&self, file: &str, id: &Id) -> anyhow::Result<Vec<u8>> {
        let root = &self.exercise.root;
        let place = format!("{}/{file}", self.exercise.folder(Version::Exercise));
        let here = root.join(&place);
        let copy = state_dir::shipped(root, &self.exercise.name).join(file);
        let read = |path: &Path| std::fs::read(path).ok().filter(|bytes| id.matches(bytes));
        let from_git = || git_object(root, id.git()).filter(|bytes| id.matches(bytes));
        read(&here).or_else(|| read(&copy)).or_else(from_git).with_context(|| {
            format!(
                "The shipped version of {place} is not available: it was changed here, {} does not \
                 have it, and git does not have the object {}.\nCopy the file from another copy of \
                 the workshop, such as its archive.",
                copy.strip_prefix(root).unwrap_or(&copy).display(),
                id.git()
            )
        })
    }
}

/// Whether `exercise` differs from its shipped version, and that version is available.
pub fn is_comparable(exercise: &Exercise) -> bool {
    let Ok(shipped) = Shipped::find(exercise) else { return false };
    shipped.changes().is_ok_and(|changes| !changes.is_empty()) && shipped.files().is_ok()
}

/// The files of `exercise` that are edited, added or removed; none if the shipped version is not known.
pub fn changed_files(exercise: &Exercise) -> Vec<String> {
    let changes = Shipped::find(exercise).and_then(|shipped| shipped.changes());
    changes.unwrap_or_default().into_iter().map(Change::into_file).collect()
}

/// The contents of a git object, if git is installed and has it.
fn git_object(root: &Path, id: &str) -> Option<Vec<u8>> {
    let output = Command::new("git")
        .arg("-C")
        .arg(root)
        // An object that a partial clone lacks is not fetched: there may be no network.
        .env("GIT_NO_LAZY_FETCH", "1")
        .args(["cat-file", "blob", id])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    output.status.success().then_some(output.stdout)
}
