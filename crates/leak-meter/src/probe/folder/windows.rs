//! Files in a folder, listed by its path: an open handle would keep the program from removing the folder.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::super::Unavailable;
use super::FolderUsage;

/// Counts the files below one folder.
#[derive(Debug)]
pub struct FolderProbe {
    root: PathBuf,
}

impl FolderProbe {
    /// Watches `root`, which must exist.
    ///
    /// # Errors
    /// If the folder cannot be listed.
    pub fn new(root: impl Into<PathBuf>) -> Result<Self, Unavailable> {
        let root = root.into();
        fs::read_dir(&root).map_err(|error| unavailable(&root, &error))?;
        Ok(Self { root })
    }

    /// Files and bytes in the folder. Symbolic links are not followed. A file that is removed during the count
    /// is not counted. The length of a file that is open may be that of an earlier moment.
    ///
    /// # Errors
    /// If the system refuses to list a folder, or the root was removed.
    pub fn usage(&mut self) -> Result<FolderUsage, Unavailable> {
        let mut usage = FolderUsage::default();
        let listed = fs::read_dir(&self.root).and_then(|entries| add_entries(entries, &mut usage));
        match listed {
            Ok(()) => Ok(usage),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                Err(Unavailable(format!("the folder {} was removed", self.root.display())))
            }
            Err(error) => Err(unavailable(&self.root, &error)),
        }
    }
}

fn unavailable(root: &Path, error: &io::Error) -> Unavailable {
    Unavailable(format!("files in {} cannot be counted: {error}", root.display()))
}

fn add_entries(entries: fs::ReadDir, usage: &mut FolderUsage) -> io::Result<()> {
    for entry in entries {
        let entry = entry?;
        // The list has the type and the length; no file is opened for them.
        let (kind, length) = match entry.metadata() {
            Ok(metadata) => (metadata.file_type(), metadata.len()),
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        if kind.is_file() {
            usage.files += 1;
            usage.bytes += length;
        } else if kind.is_dir() {
            match fs::read_dir(entry.path()) {
                Ok(below) => add_entries(below, usage)?,
                // It was removed after it was listed.
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
    }
    Ok(())
}
