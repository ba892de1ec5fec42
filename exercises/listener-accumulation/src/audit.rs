//! The audit log: a record of the latest updates to all projects.

use std::collections::VecDeque;
use std::sync::Arc;

use parking_lot::Mutex;

use crate::update::Update;

/// The number of updates that administrators see.
const CAPACITY: usize = 100;

/// The latest updates to any project.
pub struct AuditLog {
    latest: Mutex<VecDeque<Arc<Update>>>,
}

impl AuditLog {
    pub fn new() -> Self {
        Self { latest: Mutex::new(VecDeque::with_capacity(CAPACITY)) }
    }

    pub fn record(&self, update: &Arc<Update>) {
        let mut latest = self.latest.lock();
        if latest.len() == CAPACITY {
            latest.pop_front();
        }
        latest.push_back(Arc::clone(update));
    }

    /// The record, oldest first.
    pub fn lines(&self) -> Vec<String> {
        self.latest.lock().iter().map(|update| update.line()).collect()
    }
}
