//! Whether the tree is as shipped: the exercises by their locks, all else as far as git can tell.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use super::outcome::{Failure, Outcome};
use super::pattern::Pattern;
use crate::shipped::{Change, Lock, Shipped};

/// What is known of the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct Tree {
    /// The exercises that are not as their locks say; those without a lock are among them.
    edited: Vec<String>,
    /// The rest.
    rest: Rest,
}

/// What git says about the solutions and the crates.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Rest {
    /// These folders, from the root, have changed since the last commit.
    Changed(BTreeSet<String>),
    /// Git cannot tell, for this reason.
    Unknown(String),
}

/// What became of a lock that was renewed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Accepted {
    /// It was as the exercise already.
    Same,
    /// There was none; now it has this many files.
    New {
        /// How many.
        files: usize,
    },
    /// These changes are shipped from now on.
    Changed(Vec<Change>),
}

/// Looks at the exercises `names` by their content, and asks git about the rest below `root`.
pub fn look(root: &Path, names: &[&str]) -> Tree {
    let as_shipped = |name: &str| {
        Shipped::of(root, name)
            .and_then(|shipped| shipped.changes())
            .is_ok_and(|changes| changes.is_empty())
    };
    let edited = names.iter().filter(|name| !as_shipped(name)).map(ToString::to_string);
    Tree { edited: edited.collect(), rest: rest(root) }
}

/// Makes the exercise of `pattern` what is shipped.
///
/// # Errors
/// When it cannot be read, or its lock cannot be written.
pub fn accept(pattern: &Pattern) -> anyhow::Result<Accepted> {
    let now = Lock::of_tree(&pattern.root, &pattern.name)?;
    // A lock that cannot be used is replaced like one that is not there.
    let accepted = match Lock::read(&pattern.root, &pattern.name) {
        Ok(Some(lock)) if lock == now => return Ok(Accepted::Same),
        Ok(Some(lock)) => Accepted::Changed(lock.changes(&now)),
        _ => Accepted::New { files: now.len() },
    };
    now.write(&pattern.root, &pattern.name)?;
    Ok(accepted)
}

/// Checks that the exercise of `pattern` is what its lock says was shipped.
pub fn check(pattern: &Pattern) -> anyhow::Result<Outcome> {
    let name = &pattern.name;
    let place = Lock::place(name);
    let accept = format!("cargo xtask verify {name} --accept");
    let lock = match Lock::read(&pattern.root, name) {
        Ok(Some(lock)) => lock,
        Ok(None) => {
            let wrong = "There is no such file, so a learner could not reset the exercise.";
            let next = format!("Write it: {accept}");
            return Ok(Outcome::Failed(vec![Failure::new(place, wrong, next)]));
        }
        Err(error) => {
            let failure = Failure::new(place, format!("{error:#}."), format!("Renew it: {accept}"));
            return Ok(Outcome::Failed(vec![failure]));
        }
    };
    let now = Lock::of_tree(&pattern.root, name)?;
    let failures = lock.changes(&now).into_iter().map(|change| {
        let wrong = format!("It is not what was shipped: {change}.");
        let next = format!("If it is to be shipped so: {accept}; if not: cargo xtask reset {name}");
        Failure::new(format!("{}: {place}", pattern.exercise()), wrong, next)
    });
    Ok(Outcome::of(failures.collect(), format!("{} files are as their lock says", lock.len())))
}

fn rest(root: &Path) -> Rest {
    // Where the tree lies in a foreign repository, its status says nothing.
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
    /// The sentence that `verify` begins with.
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
                format!("Whether solutions and crates are as committed is not known: {reason}.")
            }
        };
        format!("{exercises} {rest}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_edited_is_named_once_by_its_folder() {
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
    fn no_change_is_as_shipped() {
        let tree = Tree { edited: Vec::new(), rest: Rest::Changed(folders_of("")) };
        assert_eq!(
            tree.sentence(),
            "The exercises are as shipped. Solutions and crates are as committed."
        );
    }
}
