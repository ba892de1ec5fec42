//! One client's connection and its uploads.

use std::collections::BTreeSet;

/// The number of uploads that a client may have at once.
const MOST_AT_ONCE: usize = 4;

/// A client's connection, from its beginning to its end.
#[derive(Debug, Default)]
pub struct Session {
    uploads: BTreeSet<u64>,
}

impl Session {
    /// Whether the client may begin another upload.
    pub fn has_room(&self) -> bool {
        self.uploads.len() < MOST_AT_ONCE
    }

    /// Adds an upload that the client has begun.
    pub fn accept(&mut self, number: u64) {
        self.uploads.insert(number);
    }

    /// Whether this is an active upload of the client.
    pub fn owns(&self, number: u64) -> bool {
        self.uploads.contains(&number)
    }

    /// Removes an upload that has ended. Returns whether it belonged to this client.
    pub fn release(&mut self, number: u64) -> bool {
        self.uploads.remove(&number)
    }
}
