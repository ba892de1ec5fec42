//! One file that is arriving, chunk by chunk.

use std::io::{self, Write};
use std::path::Path;

use tempfile::NamedTempFile;

use crate::error::UploadError;

/// So many damaged chunks, one after the other, end an upload.
const MOST_DAMAGED: u32 = 3;

/// A file that is arriving.
#[derive(Debug)]
pub struct Upload {
    name: String,
    /// As it was announced, in bytes.
    size: u64,
    /// What has arrived in good order, in bytes.
    received: u64,
    /// Damaged chunks since the last good one.
    damaged: u32,
    file: NamedTempFile,
}

impl Upload {
    /// Begins a file of `size` bytes in `folder`.
    pub fn begin(folder: &Path, name: &str, size: u64) -> io::Result<Self> {
        // It needs a name: the scanner is another process, and reads along by the path.
        let file = NamedTempFile::new_in(folder)?;
        Ok(Self { name: name.to_owned(), size, received: 0, damaged: 0, file })
    }

    /// Where the scanner finds what has arrived.
    pub fn path(&self) -> &Path {
        self.file.path()
    }

    /// Adds a chunk to the file. Returns how much has arrived, in bytes.
    pub fn append(&mut self, chunk: &[u8], checksum: u32) -> Result<u64, UploadError> {
        let received = self.received + chunk.len() as u64;
        if received > self.size {
            return Err(UploadError::TooLarge);
        }
        if crc32fast::hash(chunk) != checksum {
            self.damaged += 1;
            let again = self.damaged < MOST_DAMAGED;
            return Err(if again { UploadError::Damaged } else { UploadError::BadLine });
        }
        self.file.write_all(chunk)?;
        self.received = received;
        self.damaged = 0;
        Ok(received)
    }

    /// Whether all that was announced has arrived.
    pub fn is_complete(&self) -> bool {
        self.received == self.size
    }

    /// Moves the file to its place among the attachments. Returns its name.
    pub fn publish(self, to: &Path) -> io::Result<String> {
        self.file.persist(to)?;
        Ok(self.name)
    }

    /// Deletes what has arrived.
    pub fn discard(self) -> io::Result<()> {
        self.file.close()
    }
}
