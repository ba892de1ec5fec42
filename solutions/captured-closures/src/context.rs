//! The context of a job: what the work on it, and its hooks, may use.

use std::sync::Arc;

use crate::history::History;
use crate::job::{Job, Trouble};
use crate::outbox::Outbox;

/// Takes a file by its name. Says `false` when it is busy and has taken nothing.
pub type Storage = Arc<dyn Fn(&str, &[u8]) -> bool + Send + Sync>;

/// What a job is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Export,
    Import,
    Backup,
}

/// A job, and the parts of the server that it works with. Cheap to clone.
#[derive(Clone)]
pub struct JobContext {
    pub id: u64,
    pub kind: Kind,
    pub project: Arc<str>,
    pub job: Arc<Job>,
    pub storage: Storage,
    pub history: Arc<History>,
    pub outbox: Arc<Outbox>,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Export => "export",
            Self::Import => "import",
            Self::Backup => "backup",
        }
    }
}

impl JobContext {
    /// What people call the job: "export 7 of Garden".
    pub fn label(&self) -> String {
        format!("{} {} of {}", self.kind.name(), self.id, self.project)
    }

    /// Stores what was sent as a file.
    pub fn store(&self) -> Result<(), Trouble> {
        let file = format!("{}-{}.csv", self.kind.name(), self.id);
        if (self.storage)(&file, self.job.body()) { Ok(()) } else { Err(Trouble::Busy) }
    }
}
