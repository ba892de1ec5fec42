//! The completed files, in a separate folder.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::upload::Upload;

/// All attachments. Each stays until it is deleted, however long ago its client left.
#[derive(Debug)]
pub struct Attachments {
    folder: PathBuf,
    files: BTreeMap<u64, Attachment>,
}

/// A completed file.
#[derive(Debug)]
pub struct Attachment {
    /// The name that its client gave it.
    pub name: String,
    /// Its place on disk.
    pub path: PathBuf,
}

impl Attachments {
    /// Creates an empty collection in an existing folder.
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), files: BTreeMap::new() }
    }

    /// Adds a completed file.
    pub fn add(&mut self, number: u64, upload: Upload) -> io::Result<()> {
        let path = self.folder.join(number.to_string());
        let name = upload.publish(&path)?;
        self.files.insert(number, Attachment { name, path });
        Ok(())
    }

    pub fn get(&self, number: u64) -> Option<&Attachment> {
        self.files.get(&number)
    }

    /// Deletes an attachment, at a user's request. It stays if its file cannot be deleted.
    pub fn delete(&mut self, number: u64) -> io::Result<()> {
        let Some(attachment) = self.files.get(&number) else { return Ok(()) };
        match fs::remove_file(&attachment.path) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        self.files.remove(&number);
        Ok(())
    }
}
