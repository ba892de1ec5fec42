//! Each exercise as it was shipped, by content and not by branch: whatever the learner edits or
//! commits, and whether there is git or not.
//!
//! - `lock`: the committed list of every shipped file with git's object id and a hash.
//! - `aside`: a copy of the shipped files, taken while they are still as shipped.
//! - here: the two and git together answer what has changed, and give back every file.

mod aside;
mod lock;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context as _;

pub use aside::lay_aside;
pub use lock::{Change, Lock, hexadecimal};

use crate::files::Files;
use crate::lab;
use crate::workspace::Version;
use lock::Id;

/// An exercise whose shipped files are known.
#[derive(Debug)]
pub struct Shipped {
    root: PathBuf,
    name: String,
    lock: Lock,
}

impl Shipped {
    /// The exercise `name` of the workshop at `root`.
    ///
    /// # Errors
    /// When its lock is not there or cannot be used.
    pub fn of(root: &Path, name: &str) -> anyhow::Result<Self> {
        let lock = Lock::read(root, name)?.with_context(|| {
            format!(
                "What {name} was shipped as is not known: there is no {}.\n\
                 If the exercise is as it is to be shipped: cargo xtask verify {name} --accept",
                Lock::place(name)
            )
        })?;
        Ok(Self { root: root.to_owned(), name: name.to_owned(), lock })
    }

    /// What differs from what was shipped; nothing if the exercise is as shipped.
    ///
    /// # Errors
    /// When the exercise's folder cannot be read.
    pub fn changes(&self) -> anyhow::Result<Vec<Change>> {
        Ok(self.lock.changes(&Lock::of_tree(&self.root, &self.name)?))
    }

    /// Every shipped file. Each is the one that was shipped, proven by its hash.
    ///
    /// # Errors
    /// When one of them is nowhere to be had.
    pub fn files(&self) -> anyhow::Result<Files> {
        let file = |(file, id): (&String, &Id)| Ok((file.clone(), self.file(file, id)?));
        self.lock.files().map(file).collect()
    }

    /// One shipped file: from the exercise if it has not changed, from the copy laid aside, or from
    /// git, which has it whatever was committed since.
    fn file(&self, file: &str, id: &Id) -> anyhow::Result<Vec<u8>> {
        let here = self.root.join(Version::Exercise.folder(&self.name)).join(file);
        let aside = lab::shipped(&self.root, &self.name).join(file);
        let read = |path: &Path| std::fs::read(path).ok().filter(|bytes| id.fits(bytes));
        let from_git = || git_object(&self.root, id.git()).filter(|bytes| id.fits(bytes));
        read(&here).or_else(|| read(&aside)).or_else(from_git).with_context(|| {
            format!(
                "{} as it was shipped is nowhere to be had: it was changed here, {} is not it, and \
                 git does not have the object {}.\nTake the file from where you have the workshop \
                 from, for instance a second copy of its archive.",
                self.place(file),
                aside.strip_prefix(&self.root).unwrap_or(&aside).display(),
                id.git()
            )
        })
    }

    fn place(&self, file: &str) -> String {
        format!("{}/{file}", Version::Exercise.folder(&self.name))
    }
}

/// Whether the exercise `name` differs from what was shipped, and that is to be had.
pub fn is_comparable(root: &Path, name: &str) -> bool {
    let Ok(shipped) = Shipped::of(root, name) else { return false };
    shipped.changes().is_ok_and(|changes| !changes.is_empty()) && shipped.files().is_ok()
}

/// The bytes of a git object, if there is git and it has the object.
fn git_object(root: &Path, id: &str) -> Option<Vec<u8>> {
    let output = Command::new("git")
        .arg("-C")
        .arg(root)
        // An object that a partial clone left out is not fetched: a room may have no network.
        .env("GIT_NO_LAZY_FETCH", "1")
        .args(["cat-file", "blob", id])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    output.status.success().then_some(output.stdout)
}
