//! The context that a job and its hooks may use.

use std::sync::Arc;

use crate::history::History;
use crate::job::{Job, Trouble};
use crate::outbox::Outbox;

/// Stores a file under its name. Returns `false` if it is busy and has stored nothing.
pub type Storage = Arc<dyn Fn(&str, &[u8]) -> bool + Send + Sync>;

/// The kind of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Export,
    Import,
    Backup,
}

/// A job and the parts of the server that it uses. Cheap to clone.
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
    /// The name of the job in letters: "export 7 of Garden".
    pub fn label(&self) -> String {
        format!("{} {} of {}", self.kind.name(), self.id, self.project)
    }

    /// Stores the body as a file.
    pub fn store(&self) -> Result<(), Trouble> {
        let file = format!("{}-{}.csv", self.kind.name(), self.id);
        if (self.storage)(&file, self.job.body()) { Ok(()) } else { Err(Trouble::Busy) }
    }
}
