//! The document that the runner hands to a program that shows the workshop: the exercises, and
//! their versions as built.
//!
//! Only the runner knows where the versions are and how to build them.

use std::path::PathBuf;

use leak_meter::Resource;
use serde::{Deserialize, Serialize};

use super::exercise::{Exercise, ExerciseKind};

/// Everything to show.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// The workshop's folder.
    pub root: PathBuf,
    /// Every exercise, in the order of teaching; at least one.
    pub exercises: Vec<Planned>,
    /// The index in `exercises` of the one to begin with.
    pub first: usize,
    /// Folders that may contain recordings, each named after its exercise.
    pub recordings: Vec<PathBuf>,
}

/// One exercise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Planned {
    /// The pattern's name.
    pub name: String,
    /// The title of its README.
    pub title: String,
    /// The service's name.
    pub service: String,
    /// A one-line summary of the pattern.
    pub summary: String,
    /// Operations in each round of an ordinary soak.
    pub operations_per_round: u64,
    /// The bug report's rate, in operations per second.
    pub requests_per_second: f64,
    /// The limit of open files of the bug report's server.
    pub open_files_limit: u64,
    /// The resources that leak, or that rise for a while.
    pub resources: Vec<Resource>,
    /// The number of operations after which a decoy levels off; `None` for a leak.
    pub levels_off_after: Option<u64>,
    /// The files, in the version's folder, that the fix may change.
    pub fixed_files: Vec<PathBuf>,
    /// The shipped version, the solution, and the learner's version if it differs.
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
            open_files_limit: metadata.open_files_limit,
            resources: metadata.resources().to_vec(),
            levels_off_after: match &metadata.kind {
                ExerciseKind::Leak { .. } => None,
                ExerciseKind::Decoy(decoy) => Some(decoy.levels_off_after),
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
    /// Which version it is.
    pub role: Role,
    /// The folder of its sources.
    pub folder: PathBuf,
    /// Its memory test; `None` if it could not be built.
    pub binary: Option<PathBuf>,
    /// The compiler's message if it could not be built.
    pub trouble: Option<String>,
}

/// The role of a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Role {
    /// The exercise as shipped.
    #[serde(rename = "exercise")]
    Shipped,
    /// The solution.
    #[serde(rename = "solution")]
    Solution,
    /// The exercise as the learner has edited it.
    #[serde(rename = "mine")]
    Edited,
}
