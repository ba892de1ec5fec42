//! The workshop's folder, its exercises, and where the versions of each are.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use exercise_harness::Exercise as Metadata;
use serde::Serialize;

use crate::files;
use crate::state_dir::STATE_DIR;

/// How similar two names must be for one to be suggested for the other, from 0 to 1.
const SIMILAR: f64 = 0.6;

/// The workshop: its root folder and its exercises in teaching order.
#[derive(Debug, Clone)]
pub struct Workspace {
    /// The folder that contains the workspace's manifest.
    pub root: PathBuf,
    /// Every exercise, in teaching order.
    pub exercises: Vec<Exercise>,
}

/// One exercise: its pattern's crate, the version that a learner edits, and the solution.
#[derive(Debug, Clone)]
pub struct Exercise {
    /// The workshop's root folder.
    pub root: PathBuf,
    /// The pattern's name, which is also the name of its three folders.
    pub name: String,
    /// The contents of its `exercise.toml`.
    pub metadata: Metadata,
}

/// A version of an exercise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Version {
    /// The exercise as it was shipped, regardless of later edits.
    Shipped,
    /// The exercise as it is now, edited or not.
    Exercise,
    /// The fixed one.
    Solution,
}

impl Version {
    /// The versions that have a folder of their own, in display order.
    pub const IN_TREE: [Self; 2] = [Self::Exercise, Self::Solution];

    /// The folder of this version of the exercise `name`, relative to the root.
    pub fn folder(self, name: &str) -> String {
        match self {
            Self::Shipped => format!("{STATE_DIR}/shipped/{name}"),
            Self::Exercise => format!("exercises/{name}"),
            Self::Solution => format!("solutions/{name}"),
        }
    }

    /// Its name in a sentence, after "the".
    pub fn noun(self) -> &'static str {
        match self {
            Self::Shipped => "shipped exercise",
            Self::Exercise => "exercise",
            Self::Solution => "solution",
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Shipped => "shipped",
            Self::Exercise => "exercise",
            Self::Solution => "solution",
        })
    }
}

impl Exercise {
    /// Reads the metadata of the exercise `name` in the workshop at `root`.
    pub fn load(root: &Path, name: &str) -> anyhow::Result<Self> {
        let file = root.join("crates").join(name).join("exercise.toml");
        let text = fs::read_to_string(file).context("it cannot be read")?;
        let metadata = Metadata::parse(&text)?;
        Ok(Self { root: root.to_owned(), name: name.to_owned(), metadata })
    }

    /// The folder of its pattern's crate, relative to the root.
    pub fn crate_folder(&self) -> String {
        format!("crates/{}", self.name)
    }

    /// Its metadata file, relative to the root.
    pub fn metadata_file(&self) -> String {
        format!("crates/{}/exercise.toml", self.name)
    }

    /// The folder of `version`, relative to the root.
    pub fn folder(&self, version: Version) -> String {
        version.folder(&self.name)
    }

    /// The README of `version`, relative to the root.
    pub fn readme(&self, version: Version) -> String {
        format!("{}/README.md", self.folder(version))
    }

    /// The name of the package of `version`.
    pub fn package(&self, version: Version) -> String {
        format!("{}-{version}", self.name)
    }

    /// The full path of `place`, which is relative to the root.
    pub fn path(&self, place: &str) -> PathBuf {
        self.root.join(place)
    }

    /// The text of the file at `place`, which is relative to the root, with the line ends of Unix.
    pub fn read(&self, place: &str) -> anyhow::Result<String> {
        let bytes =
            fs::read(self.path(place)).with_context(|| format!("{place} cannot be read"))?;
        Ok(String::from_utf8_lossy(&files::with_unix_line_ends(&bytes)).into_owned())
    }

    /// Whether the solution may differ in `file`.
    pub fn is_fixed_in(&self, file: &str) -> bool {
        self.metadata.fixed_files().iter().any(|fixed| fixed == Path::new(file))
    }
}

/// No exercise has this name. Its text is a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownExercise {
    name: String,
    nearest: Option<String>,
}

impl fmt::Display for UnknownExercise {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "There is no exercise named {:?}.", self.name)?;
        if let Some(nearest) = &self.nearest {
            write!(formatter, " Did you mean {nearest}?")?;
        }
        write!(formatter, "\nAll exercises: cargo xtask list")
    }
}

impl std::error::Error for UnknownExercise {}

impl Workspace {
    /// The workshop that contains the current folder.
    pub fn find() -> anyhow::Result<Self> {
        Self::load(&Self::find_root()?)
    }

    /// The root of the workshop that contains the current folder; its exercises may be incomplete.
    pub fn find_root() -> anyhow::Result<PathBuf> {
        let here = std::env::current_dir().context("the current folder is not known")?;
        let is_root = |folder: &&Path| {
            let crates = fs::read_dir(folder.join("crates")).into_iter().flatten().flatten();
            let mut patterns =
                crates.filter(|crate_| crate_.path().join("exercise.toml").is_file());
            folder.join("Cargo.toml").is_file() && patterns.next().is_some()
        };
        let root = here.ancestors().find(is_root).map(Path::to_owned);
        root.with_context(|| {
            format!(
                "{} is not in a workshop: neither it nor a folder above it has \
                 crates/<pattern>/exercise.toml.\nGo to the workshop's folder and try again.",
                here.display()
            )
        })
    }

    /// The workshop at `root`.
    pub fn load(root: &Path) -> anyhow::Result<Self> {
        let crates = root.join("crates");
        let listed = || format!("{} cannot be listed", crates.display());
        let mut exercises = Vec::new();
        for folder in fs::read_dir(&crates).with_context(listed)? {
            let folder = folder.with_context(listed)?;
            if !folder.path().join("exercise.toml").is_file() {
                continue;
            }
            let name = folder.file_name().to_string_lossy().into_owned();
            let exercise = Exercise::load(root, &name)
                .with_context(|| format!("crates/{name}/exercise.toml cannot be used"))?;
            exercises.push(exercise);
        }
        Ok(Self::new(root, exercises))
    }

    /// A workshop of `exercises`, which it sorts into teaching order.
    pub fn new(root: &Path, mut exercises: Vec<Exercise>) -> Self {
        exercises.sort_by(|a, b| {
            a.metadata.order.total_cmp(&b.metadata.order).then_with(|| a.name.cmp(&b.name))
        });
        Self { root: root.to_owned(), exercises }
    }

    /// The exercise named `name`, which may also be its number in teaching order.
    pub fn exercise(&self, name: &str) -> Result<&Exercise, UnknownExercise> {
        let number = name.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
        let numbered = number.and_then(|index| self.exercises.get(index));
        let named = self.exercises.iter().find(|exercise| exercise.name == name);
        named
            .or(numbered)
            .ok_or_else(|| UnknownExercise { name: name.to_owned(), nearest: self.nearest(name) })
    }

    /// The exercise that `name` names, or without a name the one that contains the current folder.
    pub fn exercise_or_here(&self, name: Option<&str>) -> anyhow::Result<&Exercise> {
        let Some(name) = name else {
            return self.exercise_here().context(
                "Which exercise? Add its name or its number, or run the command in its folder.\n\
                 All exercises: cargo xtask list",
            );
        };
        Ok(self.exercise(name)?)
    }

    /// The exercise whose folder is, or contains, the current folder.
    pub fn exercise_here(&self) -> Option<&Exercise> {
        let here = std::env::current_dir().ok()?;
        let is_here = |exercise: &&Exercise| {
            let folder = exercise.path(&exercise.folder(Version::Exercise));
            here.starts_with(&folder)
        };
        self.exercises.iter().find(is_here)
    }

    /// The exercises with these names or numbers in teaching order, each once; all of them if `names` is empty.
    pub fn select(&self, names: &[String]) -> Result<Vec<&Exercise>, UnknownExercise> {
        let named = names.iter().map(|name| self.exercise(name).map(|one| one.name.as_str()));
        let named = named.collect::<Result<Vec<&str>, _>>()?;
        let all = self.exercises.iter();
        Ok(all
            .filter(|exercise| named.is_empty() || named.contains(&exercise.name.as_str()))
            .collect())
    }

    /// All versions in the tree, in teaching order.
    pub fn versions(&self) -> impl Iterator<Item = (&Exercise, Version)> {
        let exercises = self.exercises.iter();
        exercises.flat_map(|exercise| Version::IN_TREE.map(|version| (exercise, version)))
    }

    /// The packages that every build selects: all versions in the tree that have a manifest.
    pub fn packages(&self) -> Vec<String> {
        self.versions()
            .filter(|(exercise, version)| {
                self.root.join(exercise.folder(*version)).join("Cargo.toml").is_file()
            })
            .map(|(exercise, version)| exercise.package(version))
            .collect()
    }

    fn nearest(&self, name: &str) -> Option<String> {
        let scored = self.exercises.iter().map(|exercise| {
            let score = strsim::jaro_winkler(&name.to_lowercase(), &exercise.name);
            (score, &exercise.name)
        });
        scored
            .filter(|(score, _)| *score >= SIMILAR)
            .max_by(|(a, _), (b, _)| a.total_cmp(b))
            .map(|(_, name)| name.clone())
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// An exercise named `name` with the metadata in `text`, in the workshop at `root`.
    pub fn exercise(root: &Path, name: &str, text: &str) -> Exercise {
        let metadata = Metadata::parse(text).unwrap();
        Exercise { root: root.to_owned(), name: name.to_owned(), metadata }
    }

    /// The exercise of the toy tree that the tests of `verify` use.
    pub fn toy_cache() -> Exercise {
        toy_cache_in(Path::new(""))
    }

    pub fn toy_cache_in(root: &Path) -> Exercise {
        let text = include_str!("../tests/verify_tree/crates/toy-cache/exercise.toml");
        exercise(root, "toy-cache", text)
    }
}
