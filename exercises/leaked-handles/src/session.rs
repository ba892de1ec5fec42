//! One client's connection, and the uploads that are its own.

use std::collections::BTreeSet;

/// Uploads that a client may have at once.
const MOST_AT_ONCE: usize = 4;

/// A client's connection, from its greeting until it ends.
#[derive(Debug, Default)]
pub struct Session {
    uploads: BTreeSet<u64>,
}

impl Session {
    /// Whether the client may begin another upload.
    pub fn has_room(&self) -> bool {
        self.uploads.len() < MOST_AT_ONCE
    }

    /// The client has begun an upload.
    pub fn accept(&mut self, number: u64) {
        self.uploads.insert(number);
    }

    /// Whether the client began this upload and it goes on.
    pub fn owns(&self, number: u64) -> bool {
        self.uploads.contains(&number)
    }

    /// The upload has ended. Returns whether it was this client's.
    pub fn release(&mut self, number: u64) -> bool {
        self.uploads.remove(&number)
    }
}
