//! One client's connection, and the uploads that are its own.

use std::collections::BTreeMap;

use crate::upload::Upload;

/// Uploads that a client may have at once.
const MOST_AT_ONCE: usize = 4;

/// A client's connection, from its greeting until it ends.
#[derive(Debug, Default)]
pub struct Session {
    uploads: BTreeMap<u64, Upload>,
}

impl Session {
    /// Whether the client may begin another upload.
    pub fn has_room(&self) -> bool {
        self.uploads.len() < MOST_AT_ONCE
    }

    /// The client has begun an upload.
    pub fn accept(&mut self, number: u64, upload: Upload) {
        self.uploads.insert(number, upload);
    }

    /// An upload that goes on, if it is this client's.
    pub fn upload(&self, number: u64) -> Option<&Upload> {
        self.uploads.get(&number)
    }

    /// An upload that goes on, if it is this client's.
    pub fn upload_mut(&mut self, number: u64) -> Option<&mut Upload> {
        self.uploads.get_mut(&number)
    }

    /// The upload has ended. Returns it, if it was this client's.
    pub fn release(&mut self, number: u64) -> Option<Upload> {
        self.uploads.remove(&number)
    }
}
