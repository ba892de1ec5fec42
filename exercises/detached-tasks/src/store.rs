//! The saved drafts and the submitted comments.

use std::collections::{BTreeMap, BTreeSet};

use parking_lot::Mutex;

/// The task and the author of a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub task: u64,
    pub author: u64,
}

/// The drafts, comments and followers of all tasks.
#[derive(Debug, Default)]
pub struct Store {
    tables: Mutex<Tables>,
}

#[derive(Debug, Default)]
struct Tables {
    drafts: BTreeMap<Place, String>,
    comments: BTreeMap<u64, Vec<String>>,
    followers: BTreeMap<u64, BTreeSet<u64>>,
    saves: u64,
}

impl Store {
    /// Saves a draft, replacing the previous one.
    pub fn save(&self, place: Place, draft: &str) {
        let mut tables = self.tables.lock();
        tables.drafts.insert(place, draft.to_owned());
        tables.saves += 1;
    }

    pub fn draft(&self, place: Place) -> Option<String> {
        self.tables.lock().drafts.get(&place).cloned()
    }

    pub fn saves(&self) -> u64 {
        self.tables.lock().saves
    }

    /// Adds a comment and removes its draft. Returns the followers of the task.
    pub fn submit(&self, place: Place, text: &str) -> BTreeSet<u64> {
        let mut tables = self.tables.lock();
        tables.drafts.remove(&place);
        tables.comments.entry(place.task).or_default().push(text.to_owned());
        tables.followers.get(&place.task).cloned().unwrap_or_default()
    }

    pub fn comments(&self, task: u64) -> Vec<String> {
        self.tables.lock().comments.get(&task).cloned().unwrap_or_default()
    }

    pub fn follow(&self, reader: u64, task: u64) {
        self.tables.lock().followers.entry(task).or_default().insert(reader);
    }

    /// Removes everything that belongs to a task.
    pub fn close_task(&self, task: u64) {
        let mut tables = self.tables.lock();
        tables.drafts.retain(|place, _| place.task != task);
        tables.comments.remove(&task);
        tables.followers.remove(&task);
    }
}
