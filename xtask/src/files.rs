//! Lists, reads and writes the files below a folder. A write goes to a temporary file that is then
//! renamed, so that an interruption leaves either the old file or the new one.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use anyhow::Context as _;
use tempfile::NamedTempFile;

use crate::system;

/// The start of the name of a file that was not yet renamed to its destination.
const STAGED: &str = ".leak-lab-";

/// `bytes` with the line ends of Unix, however an editor or git wrote them.
pub fn with_unix_line_ends(bytes: &[u8]) -> Cow<'_, [u8]> {
    if !bytes.windows(2).any(|two| two == b"\r\n") {
        return Cow::Borrowed(bytes);
    }
    let is_kept = |at: usize| bytes[at] != b'\r' || bytes.get(at + 1) != Some(&b'\n');
    (0..bytes.len()).filter(|at| is_kept(*at)).map(|at| bytes[at]).collect()
}

/// Files by their paths relative to some folder.
pub type Files = BTreeMap<String, Vec<u8>>;

/// Every file below `folder` as a path relative to it, sorted, without hidden files and build
/// output.
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

/// The files that [`files_below`] lists, with their contents.
pub fn read_below(folder: &Path) -> anyhow::Result<Files> {
    let read = |file: String| {
        let path = folder.join(&file);
        let bytes =
            fs::read(&path).with_context(|| format!("{} cannot be read", path.display()))?;
        Ok((file, bytes))
    };
    files_below(folder)?.into_iter().map(read).collect()
}

/// Checks that the folder exists, or creates it, and that files can be written there.
pub fn check_writable(folder: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(folder)
        .and_then(|()| tempfile::Builder::new().prefix(STAGED).tempfile_in(folder))
        .map(drop)
        .with_context(|| format!("{} cannot be written to", folder.display()))
}

/// Checks that `file` does not exist and can be created.
pub fn check_new(file: &Path) -> anyhow::Result<()> {
    anyhow::ensure!(
        !file.exists(),
        "{} exists and is not overwritten; remove it, or choose another name",
        file.display()
    );
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    let probe = tempfile::Builder::new().prefix(STAGED).tempfile_in(folder.unwrap_or(".".as_ref()));
    probe.map(drop).with_context(|| format!("{} cannot be written", file.display()))
}

/// As [`read_below`], and nothing if there is no such folder.
pub fn read_below_if_any(folder: &Path) -> anyhow::Result<Files> {
    if folder.exists() { read_below(folder) } else { Ok(Files::new()) }
}

/// A file that is written but not yet renamed to its destination.
#[derive(Debug)]
pub struct Staged {
    new: NamedTempFile,
    place: std::path::PathBuf,
}

/// Writes `bytes` to a temporary file beside `place`, which is removed when the result is dropped.
pub fn stage(place: &Path, bytes: &[u8]) -> io::Result<Staged> {
    let folder = place.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    // The name is hidden, so that it does not count as one of the folder's files.
    let mut new = tempfile::Builder::new().prefix(STAGED).tempfile_in(folder)?;
    new.write_all(bytes)?;
    new.as_file().sync_all()?;
    system::make_readable(new.as_file())?;
    Ok(Staged { new, place: place.to_owned() })
}

impl Staged {
    /// Renames the file to its destination.
    pub fn commit(self) -> io::Result<()> {
        self.new.persist(&self.place)?;
        Ok(())
    }
}

/// Writes `bytes` to `place`, all or nothing.
pub fn write(place: &Path, bytes: &[u8]) -> io::Result<()> {
    stage(place, bytes)?.commit()
}

/// Removes the temporary files that interrupted writes left below `folder`.
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
