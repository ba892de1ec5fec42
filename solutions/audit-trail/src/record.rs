//! A record of a change, and a batch of records.

use serde_json::json;

/// The most lines that the archive accepts at once.
const BATCH: usize = 50;

/// A change that goes on record: who changed which task to what.
#[derive(Debug)]
pub struct Record {
    pub task: u64,
    /// Counted from 1 in each task.
    pub version: u64,
    pub user: u64,
    pub text: String,
}

/// Records in the form in which the archive takes them, one in each line.
#[derive(Debug, Default)]
pub struct Batch {
    lines: String,
    records: usize,
}

impl Batch {
    /// Adds a record.
    pub fn push(&mut self, record: &Record) {
        let Record { task, version, user, text } = record;
        let line = json!({ "task": task, "version": version, "user": user, "text": text });
        self.lines.push_str(&line.to_string());
        self.lines.push('\n');
        self.records += 1;
    }

    /// Whether no further record fits.
    pub fn is_full(&self) -> bool {
        self.records == BATCH
    }

    pub fn lines(&self) -> &str {
        &self.lines
    }

    /// Empties it, so that it can be filled again.
    pub fn clear(&mut self) {
        self.lines.clear();
        self.records = 0;
    }
}
