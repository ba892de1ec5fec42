//! Whether the tree is as shipped, as far as git can tell.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

/// What git says about the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub enum Tree {
    /// Nothing that git tracks has changed.
    Clean,
    /// These were edited: exercises by their names, all else by their folders.
    Edited {
        /// The names of edited exercises.
        exercises: BTreeSet<String>,
        /// Other edited folders, from the root.
        others: BTreeSet<String>,
    },
    /// Git cannot tell, for this reason.
    Unknown(String),
}

/// Asks git about the exercises, the solutions and the crates below `root`.
pub fn look(root: &Path) -> Tree {
    // Where the tree lies in a foreign repository, its status says nothing.
    match git(root, &["ls-files", "--error-unmatch", "Cargo.toml"]) {
        Err(reason) => return Tree::Unknown(reason),
        Ok(None) => return Tree::Unknown("git does not track it".to_owned()),
        Ok(Some(_)) => {}
    }
    let status = ["status", "--porcelain", "--untracked-files=all", "--no-renames", "--"];
    let folders = ["exercises", "solutions", "crates"];
    match git(root, &[&status[..], &folders[..]].concat()) {
        Err(reason) => Tree::Unknown(reason),
        Ok(None) => Tree::Unknown("git status fails".to_owned()),
        Ok(Some(changes)) => from_changes(&changes),
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

fn from_changes(changes: &str) -> Tree {
    let (mut exercises, mut others) = (BTreeSet::new(), BTreeSet::new());
    // Two letters, a space, and the path from the repository's root.
    for path in changes.lines().filter_map(|line| line.get(3..)) {
        let parts: Vec<&str> = path.trim_matches('"').split('/').collect();
        let at = parts.iter().position(|part| ["exercises", "solutions", "crates"].contains(part));
        match at.map(|at| &parts[at..]) {
            Some(["exercises", name, _, ..]) => exercises.insert((*name).to_owned()),
            Some([folder, name, _, ..]) => others.insert(format!("{folder}/{name}")),
            _ => others.insert(path.to_owned()),
        };
    }
    if exercises.is_empty() && others.is_empty() {
        Tree::Clean
    } else {
        Tree::Edited { exercises, others }
    }
}

impl Tree {
    /// The sentence that `verify` begins with.
    pub fn sentence(&self) -> String {
        let list = |names: &BTreeSet<String>| {
            names.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
        };
        match self {
            Self::Clean => "The tree is as shipped, as far as git can tell.".to_owned(),
            Self::Edited { exercises, others } if others.is_empty() => {
                format!("The tree is edited, git says: exercises {}.", list(exercises))
            }
            Self::Edited { exercises, others } if exercises.is_empty() => {
                format!("The tree is edited, git says: {}; no exercise is.", list(others))
            }
            Self::Edited { exercises, others } => format!(
                "The tree is edited, git says: exercises {}; also {}.",
                list(exercises),
                list(others)
            ),
            Self::Unknown(reason) => {
                format!("Whether the tree is as shipped is not known: {reason}.")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edited_exercises_are_named_once_and_others_by_folder() {
        let changes = " M exercises/rc-cycles/src/a.rs\n?? exercises/rc-cycles/src/b.rs\n \
                       M solutions/rc-cycles/README.md\n";
        let sentence = from_changes(changes).sentence();
        assert_eq!(
            sentence,
            "The tree is edited, git says: exercises rc-cycles; also solutions/rc-cycles."
        );
    }

    #[test]
    fn no_change_is_as_shipped() {
        assert_eq!(from_changes(""), Tree::Clean);
    }
}
