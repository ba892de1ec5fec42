//! The projects that wait for their worker.

use std::collections::HashSet;

use parking_lot::Mutex;

/// A set of projects, each of which waits at most once.
#[derive(Debug, Default)]
pub struct Waiting {
    projects: Mutex<HashSet<u32>>,
}

impl Waiting {
    /// Adds a project; returns whether it did not wait yet.
    pub fn add(&self, project: u32) -> bool {
        self.projects.lock().insert(project)
    }

    /// Removes a project, whose worker now begins with it.
    pub fn remove(&self, project: u32) {
        self.projects.lock().remove(&project);
    }

    /// How many projects wait.
    pub fn count(&self) -> usize {
        self.projects.lock().len()
    }
}
