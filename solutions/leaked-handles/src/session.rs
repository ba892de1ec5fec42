//! One client's connection and its uploads.

use std::collections::BTreeMap;

use crate::upload::Upload;

/// The number of uploads that a client may have at once.
const MOST_AT_ONCE: usize = 4;

/// A client's connection, from its beginning to its end.
#[derive(Debug, Default)]
pub struct Session {
    uploads: BTreeMap<u64, Upload>,
}

impl Session {
    /// Whether the client may begin another upload.
    pub fn has_room(&self) -> bool {
        self.uploads.len() < MOST_AT_ONCE
    }

    /// Adds an upload that the client has begun.
    pub fn accept(&mut self, number: u64, upload: Upload) {
        self.uploads.insert(number, upload);
    }

    /// An active upload, if it belongs to this client.
    pub fn upload(&self, number: u64) -> Option<&Upload> {
        self.uploads.get(&number)
    }

    /// An active upload, if it belongs to this client.
    pub fn upload_mut(&mut self, number: u64) -> Option<&mut Upload> {
        self.uploads.get_mut(&number)
    }

    /// Removes an upload that has ended, and returns it if it belonged to this client.
    pub fn release(&mut self, number: u64) -> Option<Upload> {
        self.uploads.remove(&number)
    }
}
