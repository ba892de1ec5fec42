//! The entry point: passes batches to the handlers.

use std::sync::Arc;

use crate::handler::Handler;
use crate::office::{Office, Outcome};
use crate::recent::Recent;

/// Imports batches of tasks.
#[derive(Debug)]
pub struct TaskImport {
    handlers: Vec<Handler>,
    recent: Arc<Recent>,
}

impl TaskImport {
    /// Starts this many handlers.
    pub fn new(handlers: usize, office: &impl Office) -> Self {
        let recent = Arc::new(Recent::new());
        let start = |_| Handler::start(office.clone(), Arc::clone(&recent));
        let handlers = (0..handlers).map(start).collect();
        Self { handlers, recent }
    }

    /// `POST /imports`: has a batch of `team` imported, always by the same handler, so that the
    /// batches of a team are imported in order.
    pub fn import(&self, team: usize, batch: u64) {
        self.handlers[team % self.handlers.len()].pass(batch);
    }

    /// `GET /imports`: the latest imports, the last one first.
    pub fn recent_imports(&self) -> Vec<(u64, Outcome)> {
        self.recent.shown()
    }
}
