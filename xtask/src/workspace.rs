//! Where the workshop lies, which exercises it has, and where their versions are.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::ValueEnum;
use exercise_harness::Exercise;
use serde::{Deserialize, Serialize};

use crate::lab::LAB;

/// How alike two names must be for one to be suggested for the other, from 0 to 1.
const ALIKE: f64 = 0.6;

/// The workshop: its root folder and its exercises in the order of teaching.
#[derive(Debug, Clone)]
pub struct Workspace {
    /// The folder of the workspace's manifest.
    pub root: PathBuf,
    /// Every exercise, in the order of teaching.
    pub exercises: Vec<Entry>,
}

/// One exercise: its name, which is also that of its three folders, and its metadata.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The pattern's name.
    pub name: String,
    /// What its `exercise.toml` says.
    pub metadata: Exercise,
}

/// A version of an exercise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Version {
    /// The exercise as it was shipped, whatever became of it.
    Shipped,
    /// The learner's.
    Exercise,
    /// The fixed one.
    Solution,
}

impl Version {
    /// The versions that lie in the tree, in the order in which they are shown.
    pub const IN_TREE: [Self; 2] = [Self::Exercise, Self::Solution];

    /// The folder, from the root, of this version of the exercise `name`.
    pub fn folder(self, name: &str) -> String {
        match self {
            Self::Shipped => format!("{LAB}/shipped/{name}"),
            Self::Exercise => format!("exercises/{name}"),
            Self::Solution => format!("solutions/{name}"),
        }
    }

    /// What it is called in a sentence, after "the".
    pub fn noun(self) -> &'static str {
        match self {
            Self::Shipped => "shipped exercise",
            Self::Exercise => "exercise",
            Self::Solution => "solution",
        }
    }

    /// The package of this version of the exercise `name`.
    pub fn package(self, name: &str) -> String {
        format!("{name}-{self}")
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

/// A name that no exercise has. Its text is a sentence for people.
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
    /// The workshop that the current folder lies in.
    ///
    /// # Errors
    /// When no folder from here upwards has `crates/<pattern>/exercise.toml`, or one of these files
    /// cannot be read.
    pub fn find() -> anyhow::Result<Self> {
        Self::at(&Self::root()?)
    }

    /// The root of the workshop that the current folder lies in, whatever its state.
    ///
    /// # Errors
    /// When no folder from here upwards has `crates/<pattern>/exercise.toml`.
    pub fn root() -> anyhow::Result<PathBuf> {
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
                "{} does not lie in the workshop: no folder from here upwards has \
                 crates/<pattern>/exercise.toml.\nGo to the workshop's folder and try again.",
                here.display()
            )
        })
    }

    /// The workshop at `root`.
    ///
    /// # Errors
    /// When its `crates` folder or an `exercise.toml` cannot be read.
    pub fn at(root: &Path) -> anyhow::Result<Self> {
        let crates = root.join("crates");
        let listed = || format!("{} cannot be listed", crates.display());
        let mut exercises = Vec::new();
        for folder in fs::read_dir(&crates).with_context(listed)? {
            let folder = folder.with_context(listed)?;
            let file = folder.path().join("exercise.toml");
            if !file.is_file() {
                continue;
            }
            let name = folder.file_name().to_string_lossy().into_owned();
            let place = format!("crates/{name}/exercise.toml cannot be used");
            let text = fs::read_to_string(&file).with_context(|| place.clone())?;
            let metadata = Exercise::parse(&text).context(place)?;
            exercises.push(Entry { name, metadata });
        }
        exercises.sort_by(|a, b| {
            a.metadata.order.total_cmp(&b.metadata.order).then_with(|| a.name.cmp(&b.name))
        });
        Ok(Self { root: root.to_owned(), exercises })
    }

    /// The exercise of this name.
    ///
    /// # Errors
    /// [`UnknownExercise`], with the nearest name.
    pub fn exercise(&self, name: &str) -> Result<&Entry, UnknownExercise> {
        self.exercises
            .iter()
            .find(|entry| entry.name == name)
            .ok_or_else(|| UnknownExercise { name: name.to_owned(), nearest: self.nearest(name) })
    }

    /// The exercises of these names in the order of teaching, each once; all of them for no name.
    ///
    /// # Errors
    /// [`UnknownExercise`] for the first name that no exercise has.
    pub fn chosen(&self, names: &[String]) -> Result<Vec<&Entry>, UnknownExercise> {
        for name in names {
            self.exercise(name)?;
        }
        let all = self.exercises.iter();
        Ok(all.filter(|entry| names.is_empty() || names.contains(&entry.name)).collect())
    }

    /// The packages of all versions in the tree whose manifest exists: what every build selects.
    pub fn packages(&self) -> Vec<String> {
        let versions = self
            .exercises
            .iter()
            .flat_map(|entry| Version::IN_TREE.map(|version| (version, entry.name.as_str())));
        versions
            .filter(|(version, name)| {
                self.root.join(version.folder(name)).join("Cargo.toml").is_file()
            })
            .map(|(version, name)| version.package(name))
            .collect()
    }

    fn nearest(&self, name: &str) -> Option<String> {
        let scored = self.exercises.iter().map(|entry| {
            let score = strsim::jaro_winkler(&name.to_lowercase(), &entry.name);
            (score, &entry.name)
        });
        scored
            .filter(|(score, _)| *score >= ALIKE)
            .max_by(|(a, _), (b, _)| a.total_cmp(b))
            .map(|(_, name)| name.clone())
    }
}
