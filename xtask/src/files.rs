//! Files below a folder, and how they are written: anew beside the old ones, then renamed, so that
//! whatever interrupts leaves a file as it was or as it is to be.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use anyhow::Context as _;
use tempfile::NamedTempFile;

/// What the name of a file begins with that is not yet in its place.
const STAGED: &str = ".leak-lab-";

/// Files by their paths from some folder.
pub type Files = BTreeMap<String, Vec<u8>>;

/// Every file below `folder`, as a path from it, in order. Hidden ones and build output are left
/// out.
pub fn files_below(folder: &Path) -> anyhow::Result<Vec<String>> {
    let mut files = Vec::new();
    collect(folder, "", &mut files)
        .with_context(|| format!("{} cannot be listed", folder.display()))?;
    files.sort();
    Ok(files)
}

fn collect(folder: &Path, prefix: &str, files: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') || name == "target" {
            continue;
        }
        let path = format!("{prefix}{name}");
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &format!("{path}/"), files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

/// The files that [`files_below`] lists, with their bytes.
pub fn read_below(folder: &Path) -> anyhow::Result<Files> {
    let read = |file: String| {
        let path = folder.join(&file);
        let bytes =
            fs::read(&path).with_context(|| format!("{} cannot be read", path.display()))?;
        Ok((file, bytes))
    };
    files_below(folder)?.into_iter().map(read).collect()
}

/// A file that is written and not yet in its place.
#[derive(Debug)]
pub struct Staged {
    new: NamedTempFile,
    place: std::path::PathBuf,
}

/// Writes `bytes` beside `place`, for as long as that is not yet overwritten. Dropped, it is
/// removed again.
pub fn stage(place: &Path, bytes: &[u8]) -> io::Result<Staged> {
    let folder = place.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    // Hidden, so that nothing takes it for one of the folder's own files.
    let mut new = tempfile::Builder::new().prefix(STAGED).tempfile_in(folder)?;
    new.write_all(bytes)?;
    new.as_file().sync_all()?;
    readable_as_others(new.as_file())?;
    Ok(Staged { new, place: place.to_owned() })
}

impl Staged {
    /// Puts the file in its place, in one step.
    pub fn commit(self) -> io::Result<()> {
        self.new.persist(&self.place)?;
        Ok(())
    }
}

/// Writes `bytes` to `place`: all of them, or none.
pub fn write(place: &Path, bytes: &[u8]) -> io::Result<()> {
    stage(place, bytes)?.commit()
}

/// Removes what an interrupted write has left anywhere below `folder`.
pub fn sweep(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            sweep(&entry.path())?;
        } else if entry.file_name().to_string_lossy().starts_with(STAGED) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// A temporary file is its owner's alone; a source file is not.
fn readable_as_others(file: &fs::File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}
