//! The folders of a service, what is in them, and what happens when they are not available.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use leak_meter::probe::FolderProbe;

/// The folders of a service, inside the trial's folder.
#[derive(Debug)]
pub struct Folders {
    pub arriving: PathBuf,
    pub finished: PathBuf,
}

impl Folders {
    /// Creates both folders in `root`.
    pub fn below(root: &Path) -> io::Result<Self> {
        let folders = Self { arriving: root.join("tmp"), finished: root.join("attachments") };
        fs::create_dir(&folders.arriving)?;
        fs::create_dir(&folders.finished)?;
        Ok(folders)
    }

    /// The number of files and folders in both.
    pub fn entries(&self) -> io::Result<u64> {
        Ok(entries_below(&self.arriving)? + entries_below(&self.finished)?)
    }
}

/// The number of files below `folder`. A service may arrange them in folders of its own.
pub fn files_below(folder: &Path) -> u64 {
    let mut probe = FolderProbe::new(folder).expect("the folder can be read");
    probe.usage().expect("the folder can be read").files
}

fn entries_below(folder: &Path) -> io::Result<u64> {
    let mut count = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        count += 1;
        if entry.file_type()?.is_dir() {
            count += entries_below(&entry.path())?;
        }
    }
    Ok(count)
}

/// A folder in whose place there is a file, so that no request that needs the folder succeeds.
/// Dropping this puts the folder back.
#[derive(Debug)]
pub struct Unavailable<'a> {
    folder: &'a Path,
    aside: PathBuf,
}

impl<'a> Unavailable<'a> {
    pub fn new(folder: &'a Path) -> Self {
        let aside = folder.with_extension("aside");
        fs::rename(folder, &aside).expect("a folder can be moved");
        fs::write(folder, "").expect("a file can be written");
        Self { folder, aside }
    }
}

impl Drop for Unavailable<'_> {
    fn drop(&mut self) {
        fs::remove_file(self.folder).expect("the file can be removed");
        fs::rename(&self.aside, self.folder).expect("the folder can be moved back");
    }
}
