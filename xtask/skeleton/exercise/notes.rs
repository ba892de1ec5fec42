//! A note for each open task.

use std::collections::BTreeMap;

/// The notes of all tasks.
#[derive(Debug, Default)]
pub struct Notes {
    texts: BTreeMap<u64, String>,
}

impl Notes {
    /// Opens a task with a note.
    pub fn open(&mut self, task: u64, note: &str) {
        self.texts.insert(task, note.to_owned());
    }

    /// The note of an open task.
    pub fn note(&self, task: u64) -> Option<&str> {
        self.texts.get(&task).map(String::as_str).filter(|note| !note.is_empty())
    }

    /// Ends a task that was done.
    pub fn close(&mut self, task: u64) {
        self.texts.remove(&task);
    }

    /// Ends a task that is no longer wanted.
    pub fn cancel(&mut self, task: u64) {
        if let Some(note) = self.texts.get_mut(&task) {
            note.clear();
        }
    }
}
