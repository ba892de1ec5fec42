//! What a program is handed that shows the workshop: its exercises, and their versions as built.
//!
//! The runner writes it, since it knows where versions lie and how they are built; whoever shows
//! them need not.

use std::path::PathBuf;

use leak_meter::Resource;
use serde::{Deserialize, Serialize};

use crate::exercise::{Exercise, Kind};

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
    /// The title that its README carries.
    pub title: String,
    /// The service's name.
    pub service: String,
    /// One line on the pattern.
    pub summary: String,
    /// Operations in each round of an ordinary soak.
    pub operations_per_round: u64,
    /// The bug report's rate, in operations per second.
    pub requests_per_second: f64,
    /// The resources that leak, or rise for a while.
    pub resources: Vec<Resource>,
    /// The operations after which it rises no more; `None` if it leaks, rather than only seems to.
    pub levels_off_after: Option<u64>,
    /// The files, in the version's folder, in which the fix may be.
    pub fixed_files: Vec<PathBuf>,
    /// Its versions: the buggy one, the fixed one, and the learner's own if it is another.
    pub versions: Vec<PlannedVersion>,
}

impl Planned {
    /// The exercise `name`, without any version.
    pub fn new(name: &str, metadata: &Exercise) -> Self {
        Self {
            name: name.to_owned(),
            title: metadata.title.clone(),
            service: metadata.service.clone(),
            summary: metadata.summary.clone(),
            operations_per_round: metadata.operations_per_round,
            requests_per_second: metadata.requests_per_second,
            resources: metadata.resources().to_vec(),
            levels_off_after: match &metadata.kind {
                Kind::Leak { .. } => None,
                Kind::Decoy(decoy) => Some(decoy.levels_off_after),
            },
            fixed_files: metadata.fixed_files().to_vec(),
            versions: Vec::new(),
        }
    }
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
