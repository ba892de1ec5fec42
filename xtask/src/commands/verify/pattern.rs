//! A leak pattern as it lies in the three folders, and the paths in it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use exercise_harness::Exercise;

pub use crate::files::files_below;
use crate::workspace::Version;

/// One pattern: its name, which is also that of its three folders, and its metadata.
#[derive(Debug, Clone)]
pub struct Pattern {
    /// The workshop's root.
    pub root: PathBuf,
    /// The pattern's name.
    pub name: String,
    /// What its `exercise.toml` says.
    pub metadata: Exercise,
}

impl Pattern {
    /// Where its crate lies, from the root.
    pub fn home(&self) -> String {
        format!("crates/{}", self.name)
    }

    /// Where its metadata lies, from the root.
    pub fn metadata_file(&self) -> String {
        format!("crates/{}/exercise.toml", self.name)
    }

    /// Where its exercise lies, from the root.
    pub fn exercise(&self) -> String {
        Version::Exercise.folder(&self.name)
    }

    /// Where its solution lies, from the root.
    pub fn solution(&self) -> String {
        Version::Solution.folder(&self.name)
    }

    /// The full path of a place that is given from the root.
    pub fn at(&self, place: &str) -> PathBuf {
        self.root.join(place)
    }

    /// The text of a file that is given from the root.
    pub fn read(&self, place: &str) -> anyhow::Result<String> {
        let bytes = fs::read(self.at(place)).with_context(|| format!("{place} cannot be read"))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Whether `file` is one of those in which the solution may differ.
    pub fn is_fixed_in(&self, file: &str) -> bool {
        self.metadata.fixed_files().iter().any(|fixed| fixed == Path::new(file))
    }
}

/// The first line in which two texts differ: its number, and what stands there in each.
pub fn first_difference<'a>(left: &'a str, right: &'a str) -> Option<(usize, &'a str, &'a str)> {
    let (mut lefts, mut rights) = (left.lines(), right.lines());
    for number in 1.. {
        match (lefts.next(), rights.next()) {
            (None, None) => break,
            (left, right) if left == right => {}
            (left, right) => {
                let end = "(the file's end)";
                return Some((number, left.unwrap_or(end), right.unwrap_or(end)));
            }
        }
    }
    (left != right).then_some((left.lines().count(), "(its last line's end)", "(another)"))
}
