//! The drafts that are saved, and the comments that were submitted.

use std::collections::{BTreeMap, BTreeSet};

use parking_lot::Mutex;

/// Where a draft belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub task: u64,
    pub author: u64,
}

/// What the server keeps of its tasks.
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
    /// Saves a draft in place of the one before.
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

    /// Adds a comment in place of its draft. Returns who follows the task.
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

    /// Forgets all that belongs to a task.
    pub fn close_task(&self, task: u64) {
        let mut tables = self.tables.lock();
        tables.drafts.retain(|place, _| place.task != task);
        tables.comments.remove(&task);
        tables.followers.remove(&task);
    }
}
