//! Files in a folder, counted through the folder's handle.

use std::ffi::CStr;
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags};
use rustix::io::Errno;

use super::super::Unavailable;
use super::FolderUsage;

/// Counts the files below one folder.
///
/// The folder's handle stays open, so that its files can be counted even if the process has run out of
/// descriptors; subfolders are opened while they are counted.
#[derive(Debug)]
pub struct FolderProbe {
    root: PathBuf,
    handle: Dir,
}

impl FolderProbe {
    /// Watches `root`, which must exist.
    ///
    /// # Errors
    /// If the folder cannot be opened.
    pub fn new(root: impl Into<PathBuf>) -> Result<Self, Unavailable> {
        let root = root.into();
        let refused = |error| unavailable(&root, error);
        let folder = rustix::fs::open(&root, FOLDER, Mode::empty()).map_err(refused)?;
        let handle = Dir::new(folder).map_err(refused)?;
        Ok(Self { root, handle })
    }

    /// Files and bytes in the folder. Symbolic links are not followed. A file that is removed during the count
    /// is not counted.
    ///
    /// # Errors
    /// If the system refuses to list a folder, or the root was removed.
    pub fn usage(&mut self) -> Result<FolderUsage, Unavailable> {
        let mut usage = FolderUsage::default();
        self.handle.rewind();
        let refused = |error| unavailable(&self.root, error);
        add_entries(&mut self.handle, &mut usage).map_err(refused)?;
        // A removed folder has no entries, and an empty one has none either.
        let status = self.handle.fd().and_then(rustix::fs::fstat).map_err(refused)?;
        if status.st_nlink == 0 {
            return Err(Unavailable(format!("the folder {} was removed", self.root.display())));
        }
        Ok(usage)
    }
}

const FOLDER: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);

fn unavailable(root: &Path, error: Errno) -> Unavailable {
    Unavailable(format!("files in {} cannot be counted: {error}", root.display()))
}

fn add_entries(folder: &mut Dir, usage: &mut FolderUsage) -> Result<(), Errno> {
    while let Some(entry) = folder.read() {
        let entry = entry?;
        let name = entry.file_name();
        if name == c"." || name == c".." {
            continue;
        }
        match add_entry(folder, name, usage) {
            // It was removed after it was listed.
            Err(Errno::NOENT) => {}
            result => result?,
        }
    }
    Ok(())
}

fn add_entry(folder: &Dir, name: &CStr, usage: &mut FolderUsage) -> Result<(), Errno> {
    let parent = folder.fd()?;
    let status = rustix::fs::statat(parent, name, AtFlags::SYMLINK_NOFOLLOW)?;
    match FileType::from_raw_mode(status.st_mode) {
        FileType::RegularFile => {
            usage.files += 1;
            usage.bytes += u64::try_from(status.st_size).unwrap_or(0);
        }
        FileType::Directory => {
            let below = open_below(parent, name)?;
            add_entries(&mut Dir::new(below)?, usage)?;
        }
        _ => {}
    }
    Ok(())
}

fn open_below(parent: impl AsFd, name: &CStr) -> Result<OwnedFd, Errno> {
    rustix::fs::openat(parent, name, FOLDER | OFlags::NOFOLLOW, Mode::empty())
}
