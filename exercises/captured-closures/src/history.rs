//! The history: how the most recent attempts ended, for the status page.

use std::collections::VecDeque;

use parking_lot::Mutex;

use crate::job::End;

/// The number of entries that the status page shows.
const SHOWN: usize = 50;

/// How the most recent attempts ended, the oldest first.
pub struct History {
    entries: Mutex<VecDeque<(&'static str, u64, End)>>,
}

impl History {
    pub fn new() -> Self {
        Self { entries: Mutex::new(VecDeque::with_capacity(SHOWN)) }
    }

    /// Adds an entry. If the history is full, it replaces the oldest one.
    pub fn note(&self, kind: &'static str, id: u64, end: End) {
        let mut entries = self.entries.lock();
        if entries.len() == SHOWN {
            entries.pop_front();
        }
        entries.push_back((kind, id, end));
    }

    /// The entries as lines: "export 7: done".
    pub fn lines(&self) -> Vec<String> {
        let entries = self.entries.lock();
        entries.iter().map(|(kind, id, end)| format!("{kind} {id}: {end}")).collect()
    }
}
