//! The request that a parent sends to a trial's process.

use std::path::{Path, PathBuf};
use std::{fs, io};

use serde::{Deserialize, Serialize};

use super::limits::Limits;
use super::seal::Seal;

/// The only argument of a test binary that is to run one isolated trial. The [`TrialRequest`]
/// follows on standard input, as one line of JSON, where the trial's code does not find it.
pub(crate) const RUN_ISOLATED: &str = "run-alone";

/// The line on standard input that asks a paced trial what has leaked so far.
pub(crate) const LEAKS: &str = "leaks";

/// One trial to run, and how.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TrialRequest {
    /// The trial's full name.
    pub(crate) trial: String,
    /// The file to which the child appends its events.
    pub(crate) events: PathBuf,
    /// The trial's folders.
    pub(crate) folders: TrialFolders,
    /// How to run a soak.
    pub(crate) settings: SoakSettings,
    /// What the process may use.
    #[serde(default)]
    pub(crate) limits: Limits,
    /// The seal for the lines of the event stream.
    pub(crate) seal: Seal,
    /// Whether standard input goes on with the number of operations of each round (see
    /// [`paced`](crate::paced)).
    #[serde(default)]
    pub(crate) paced: bool,
}

impl TrialRequest {
    /// A request for `trial` with the usual limits, whose files are in the folder `scratch`.
    pub(crate) fn new(trial: &str, settings: SoakSettings, scratch: &Path) -> Self {
        Self {
            trial: trial.to_owned(),
            events: scratch.join("events"),
            folders: TrialFolders { root: scratch.join("trial") },
            settings,
            limits: Limits::default(),
            seal: Seal::new(),
            paced: false,
        }
    }
}

/// The folders of a trial: one that its code is given, and two that a service might write to
/// without being given them. All are empty at first.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct TrialFolders {
    /// The folder that contains the others.
    pub(crate) root: PathBuf,
}

impl TrialFolders {
    /// Creates all of them.
    pub(crate) fn create(&self) -> io::Result<()> {
        [self.files(), self.temporary(), self.working()].iter().try_for_each(fs::create_dir_all)
    }

    /// The folder that the trial's code is given.
    pub(crate) fn files(&self) -> PathBuf {
        self.root.join("files")
    }

    /// The system's folder for temporary files, as the trial sees it.
    pub(crate) fn temporary(&self) -> PathBuf {
        self.root.join("tmp")
    }

    /// The current folder.
    pub(crate) fn working(&self) -> PathBuf {
        self.root.join("work")
    }
}

/// How to run a soak. The exercise decides on every field that is `None`.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SoakSettings {
    /// The number of rounds.
    pub rounds: Option<usize>,
    /// Operations per round.
    pub operations: Option<u64>,
    /// The seed for random choices.
    pub seed: Option<u64>,
    /// Whether to find out what holds the growing blocks.
    pub holders: Option<bool>,
}
