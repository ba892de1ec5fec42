//! One file being received, chunk by chunk.

use std::io::{self, Write};
use std::path::Path;

use tempfile::NamedTempFile;

use crate::error::UploadError;

/// This many damaged chunks in a row end an upload.
const MOST_DAMAGED: u32 = 3;

/// A file being received.
#[derive(Debug)]
pub struct Upload {
    name: String,
    /// The announced size, in bytes.
    size: u64,
    /// The number of bytes received intact.
    received: u64,
    /// Damaged chunks since the last intact one.
    damaged: u32,
    file: NamedTempFile,
}

impl Upload {
    /// Begins a file of `size` bytes in `folder`.
    pub fn begin(folder: &Path, name: &str, size: u64) -> io::Result<Self> {
        // It needs a name: the scanner is another process, which opens the file by its path.
        let file = NamedTempFile::new_in(folder)?;
        Ok(Self { name: name.to_owned(), size, received: 0, damaged: 0, file })
    }

    /// The path at which the scanner finds the received part.
    pub fn path(&self) -> &Path {
        self.file.path()
    }

    /// Adds a chunk to the file. Returns the number of bytes received so far.
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

    /// Whether the whole announced size has been received.
    pub fn is_complete(&self) -> bool {
        self.received == self.size
    }

    /// Moves the file to its place among the attachments. Returns its name.
    pub fn publish(self, to: &Path) -> io::Result<String> {
        self.file.persist(to)?;
        Ok(self.name)
    }

    /// Deletes the file.
    pub fn discard(self) -> io::Result<()> {
        self.file.close()
    }
}
