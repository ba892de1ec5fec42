//! An exercise's metadata: `exercise.toml` in its pattern's crate.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Context as _;
use leak_meter::Resource;
use serde::{Deserialize, Serialize};

/// What the workshop knows of an exercise before it is run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exercise {
    /// The place in the teaching order, counted from 1.
    pub order: u32,
    /// The title that its README carries.
    pub title: String,
    /// The service's name, which does not give the pattern away.
    pub service: String,
    /// One line for the table of patterns.
    pub summary: String,
    /// How hard it is.
    pub difficulty: Difficulty,
    /// How long a learner takes, in minutes.
    pub minutes: u32,
    /// Operations in each round of the soak.
    pub operations_per_round: u64,
    /// The rate at which growth is turned into time, in operations per second.
    pub requests_per_second: f64,
    /// Where it leaks.
    pub leak: Leak,
    /// Where the solution differs.
    pub fix: Fix,
}

/// How hard an exercise is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Difficulty {
    /// One place, once seen.
    Easy,
    /// Two places that must be seen together.
    Medium,
    /// Several leaks that hide one another.
    Hard,
}

/// The declared leak of an exercise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Leak {
    /// The resources that must grow.
    pub resources: Vec<Resource>,
    /// By how much an operation makes them grow, in the resource's unit, where that is declared.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub per_operation: BTreeMap<Resource, f64>,
    /// The file, in the exercise's folder, that allocates what is retained.
    pub file: PathBuf,
    /// The function in that file.
    pub function: String,
    /// Further files, in the exercise's folder, that must have growing lines: those of whatever
    /// holds what is retained, where that is allocated in lines of its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also_in: Vec<PathBuf>,
}

/// The declared fix of an exercise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fix {
    /// The files, in the exercise's folder, in which the solution may differ.
    pub files: Vec<PathBuf>,
}

impl Exercise {
    /// Reads the text of an `exercise.toml`.
    ///
    /// # Errors
    /// When the text is not TOML, or a field is missing, unknown or of the wrong type.
    pub fn parse(text: &str) -> anyhow::Result<Self> {
        toml::from_str(text).context("exercise.toml cannot be read")
    }
}
