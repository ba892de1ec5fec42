//! The entry point: passes requests to the workers.

use std::sync::Arc;

use crate::office::Office;
use crate::waiting::Waiting;
use crate::worker::Worker;

/// Packs projects for download.
#[derive(Debug)]
pub struct ProjectArchive {
    workers: Vec<Worker>,
    waiting: Arc<Waiting>,
}

impl ProjectArchive {
    /// Starts this many workers.
    pub fn new(workers: usize, office: &impl Office) -> Self {
        let waiting = Arc::new(Waiting::default());
        let start = |_| Worker::start(office.clone(), Arc::clone(&waiting));
        let workers = (0..workers).map(start).collect();
        Self { workers, waiting }
    }

    /// `POST /archives`: has `project` packed, always by the same worker, so that its archives are
    /// delivered in order. Returns whether it did not wait already.
    pub fn request(&self, project: u32) -> bool {
        let is_new = self.waiting.add(project);
        if is_new {
            self.workers[project as usize % self.workers.len()].pass(project);
        }
        is_new
    }

    /// `GET /health`: how many projects wait for their worker.
    pub fn waiting(&self) -> usize {
        self.waiting.count()
    }
}
