//! What a program is handed that shows the workshop: its exercises, and their versions as built.
//!
//! The runner writes it, since it knows where versions lie and how they are built; whoever shows
//! them need not.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::exercise::Exercise;

/// All that is to be shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// The workshop's folder.
    pub root: PathBuf,
    /// Every exercise, in the order of teaching; at least one.
    pub exercises: Vec<Planned>,
    /// The place in `exercises` of the one to begin with.
    pub first: usize,
    /// Folders that may have recordings, each named after its exercise.
    pub recordings: Vec<PathBuf>,
}

/// One exercise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Planned {
    /// The pattern's name.
    pub name: String,
    /// What its `exercise.toml` says.
    pub metadata: Exercise,
    /// Its versions: the buggy one, the fixed one, and the learner's own if it is another.
    pub versions: Vec<PlannedVersion>,
}

/// One version of an exercise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedVersion {
    /// Which of them it is.
    pub role: Role,
    /// The folder of its sources.
    pub folder: PathBuf,
    /// Its memory test; `None` if it could not be built.
    pub binary: Option<PathBuf>,
    /// Why it could not be built, in the compiler's words.
    pub trouble: Option<String>,
}

/// What a version is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The one that leaks, as it was shipped.
    Exercise,
    /// The fixed one.
    Solution,
    /// The learner's edit of the exercise.
    Mine,
}
