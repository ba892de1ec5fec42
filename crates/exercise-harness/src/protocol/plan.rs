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
    /// The memory at which a decoy's server levels off, in bytes; `None` for a leak.
    pub server_level_bytes: Option<u64>,
    /// The bug report in the exercise's README, as Markdown.
    pub bug_report: String,
    /// Why the growth is not a leak, as Markdown; empty for a leak.
    pub why_fine: String,
    /// The exercise's chapter in the facilitator's guide, as Markdown; empty without one.
    pub speaker_notes: String,
    /// The changes of the fix.
    pub fix: Vec<FileDiff>,
    /// The shipped version, the solution, and the learner's version if it differs.
    pub versions: Vec<PlannedVersion>,
}

impl Planned {
    /// The exercise `name`, without any version or text of one.
    pub fn new(name: &str, metadata: &Exercise) -> Self {
        let decoy = match &metadata.kind {
            ExerciseKind::Leak { .. } => None,
            ExerciseKind::Decoy(decoy) => Some(decoy),
        };
        Self {
            name: name.to_owned(),
            title: metadata.title.clone(),
            service: metadata.service.clone(),
            summary: metadata.summary.clone(),
            operations_per_round: metadata.operations_per_round,
            requests_per_second: metadata.requests_per_second,
            open_files_limit: metadata.open_files_limit,
            resources: metadata.resources().to_vec(),
            levels_off_after: decoy.map(|decoy| decoy.levels_off_after),
            server_level_bytes: decoy.map(|decoy| decoy.server_level_bytes),
            bug_report: String::new(),
            why_fine: String::new(),
            speaker_notes: String::new(),
            fix: Vec::new(),
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

/// The changes of the fix in one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileDiff {
    /// The file, relative to the version's folder.
    pub file: String,
    /// Its hunks, each with the unchanged lines around it.
    pub hunks: Vec<Vec<DiffLine>>,
}

/// One line of a diff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DiffLine {
    /// Which version has it.
    pub sign: Sign,
    /// Its text in parts, each with whether it changed within the line.
    pub parts: Vec<(bool, String)>,
}

/// Which version has a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sign {
    /// Both.
    Same,
    /// Only the old one has it.
    #[serde(rename = "out")]
    Old,
    /// Only the new one has it.
    #[serde(rename = "in")]
    New,
}
