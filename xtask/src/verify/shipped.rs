//! Whether the tree is as shipped: the exercises by their locks, everything else by git.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use super::outcome::{CheckOutcome, Failure};
use crate::shipped::{Change, Lock, Shipped};
use crate::workspace::{Exercise, Version};

/// The state of the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct Tree {
    /// The exercises that differ from their locks or have none.
    edited: Vec<String>,
    /// The solutions and crates.
    rest: Rest,
}

/// The state of the solutions and crates, by git.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Rest {
    /// These folders, relative to the root, have changed since the last commit.
    Changed(BTreeSet<String>),
    /// Git does not know, for this reason.
    Unknown(String),
}

/// What `accept` changed in the lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AcceptedFiles {
    /// Nothing.
    Same,
    /// There was none; it is new.
    New {
        /// The number of its files.
        files: usize,
    },
    /// The lock changed with these files.
    Changed(Vec<Change>),
}

/// Reads the state of `exercises` and of the rest of the tree at `root`.
pub fn read(root: &Path, exercises: &[Exercise]) -> Tree {
    let is_as_shipped = |exercise: &&Exercise| {
        Shipped::find(exercise)
            .and_then(|shipped| shipped.changes())
            .is_ok_and(|changes| changes.is_empty())
    };
    let edited = exercises.iter().filter(|exercise| !is_as_shipped(exercise));
    Tree { edited: edited.map(|exercise| exercise.name.clone()).collect(), rest: rest(root) }
}

/// Accepts the current files of `exercise` as the shipped ones.
pub fn accept(exercise: &Exercise) -> anyhow::Result<AcceptedFiles> {
    let current = Lock::of_current(exercise)?;
    // A lock that cannot be used is replaced like a missing one.
    let accepted = match Lock::read(exercise) {
        Ok(Some(lock)) if lock == current => return Ok(AcceptedFiles::Same),
        Ok(Some(lock)) => AcceptedFiles::Changed(lock.changes(&current)),
        _ => AcceptedFiles::New { files: current.len() },
    };
    current.write(exercise)?;
    Ok(accepted)
}

/// Checks that `exercise` is as its lock says it was shipped.
pub fn check(exercise: &Exercise) -> anyhow::Result<CheckOutcome> {
    let name = &exercise.name;
    let place = Lock::place(name);
    let accept = format!("cargo xtask author accept {name}");
    let lock = match Lock::read(exercise) {
        Ok(Some(lock)) => lock,
        Ok(None) => {
            let wrong = "There is no such file, so a learner could not reset the exercise.";
            let next = format!("Write it: {accept}");
            return Ok(CheckOutcome::Failed(vec![Failure::new(place, wrong, next)]));
        }
        Err(error) => {
            let failure = Failure::new(place, format!("{error:#}."), format!("Renew it: {accept}"));
            return Ok(CheckOutcome::Failed(vec![failure]));
        }
    };
    let current = Lock::of_current(exercise)?;
    let failures = lock.changes(&current).into_iter().map(|change| {
        let wrong = format!("It differs from the shipped version: {change}.");
        let next =
            format!("To ship it as it is now: {accept}; to restore it: cargo xtask reset {name}");
        Failure::new(format!("{}: {place}", exercise.folder(Version::Exercise)), wrong, next)
    });
    Ok(CheckOutcome::new(failures.collect(), format!("{} files match the lock", lock.len())))
}

fn rest(root: &Path) -> Rest {
    // If the tree is inside another repository, its status means nothing.
    match git(root, &["ls-files", "--error-unmatch", "Cargo.toml"]) {
        Err(reason) => return Rest::Unknown(reason),
        Ok(None) => return Rest::Unknown("git does not track it".to_owned()),
        Ok(Some(_)) => {}
    }
    let status = ["status", "--porcelain", "--untracked-files=all", "--no-renames", "--"];
    match git(root, &[&status[..], &["solutions", "crates"][..]].concat()) {
        Err(reason) => Rest::Unknown(reason),
        Ok(None) => Rest::Unknown("git status fails".to_owned()),
        Ok(Some(changes)) => Rest::Changed(folders_of(&changes)),
    }
}

/// Runs git; `Ok(None)` if it ran and failed.
fn git(root: &Path, arguments: &[&str]) -> Result<Option<String>, String> {
    let output = Command::new("git")
        .arg("-C")
        .arg(root)
        .args(arguments)
        .output()
        .map_err(|error| format!("git cannot be run: {error}"))?;
    Ok(output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned()))
}

fn folders_of(changes: &str) -> BTreeSet<String> {
    // Two letters, a space, and the path from the repository's root.
    let paths = changes.lines().filter_map(|line| line.get(3..));
    let folder = |path: &str| {
        let parts: Vec<&str> = path.trim_matches('"').split('/').collect();
        let at = parts.iter().position(|part| ["solutions", "crates"].contains(part));
        match at.map(|at| &parts[at..]) {
            Some([folder, name, _, ..]) => format!("{folder}/{name}"),
            _ => path.to_owned(),
        }
    };
    paths.map(folder).collect()
}

impl Tree {
    /// The first sentence of `verify`.
    pub fn sentence(&self) -> String {
        let exercises = if self.edited.is_empty() {
            "The exercises are as shipped.".to_owned()
        } else {
            format!("Not as shipped: exercises {}.", self.edited.join(", "))
        };
        let rest = match &self.rest {
            Rest::Changed(folders) if folders.is_empty() => {
                "Solutions and crates are as committed.".to_owned()
            }
            Rest::Changed(folders) => {
                let folders: Vec<&str> = folders.iter().map(String::as_str).collect();
                format!("Changed since the last commit: {}.", folders.join(", "))
            }
            Rest::Unknown(reason) => {
                format!("It is not known whether solutions and crates are as committed: {reason}.")
            }
        };
        format!("{exercises} {rest}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_changed_folder_is_named_once() {
        let changes = " M solutions/rc-cycles/src/a.rs\n?? solutions/rc-cycles/src/b.rs\n \
                       M crates/leak-meter/src/lib.rs\n";
        let tree =
            Tree { edited: vec!["toy".to_owned()], rest: Rest::Changed(folders_of(changes)) };
        assert_eq!(
            tree.sentence(),
            "Not as shipped: exercises toy. Changed since the last commit: crates/leak-meter, \
             solutions/rc-cycles."
        );
    }

    #[test]
    fn without_changes_everything_is_as_shipped() {
        let tree = Tree { edited: Vec::new(), rest: Rest::Changed(folders_of("")) };
        assert_eq!(
            tree.sentence(),
            "The exercises are as shipped. Solutions and crates are as committed."
        );
    }
}
