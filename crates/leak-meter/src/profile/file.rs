//! Profiles as files.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufReader, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::{fmt, process};

use serde::Deserialize;

use super::{FORMAT, Profile};
use crate::allocator;

/// A profile that could not be written or read.
#[derive(Debug)]
pub struct FileError {
    path: PathBuf,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Write(io::Error),
    Read(io::Error),
    Form(serde_json::Error),
    Version(u32),
}

/// The field that every version of the format has: the version number.
#[derive(Deserialize)]
struct Version {
    format: u32,
}

impl Profile {
    /// Writes the profile as JSON: about 50 bytes for each call stack and 10 for each address in it. The file appears
    /// under its name only when it is complete, and replaces an earlier one.
    ///
    /// # Errors
    /// If the system refuses, for instance because the disk is full. In that case, nothing is left
    /// behind.
    pub fn write(&self, path: impl AsRef<Path>) -> Result<(), FileError> {
        allocator::as_meter(|| {
            let path = path.as_ref();
            let failed = |error| FileError { path: path.to_owned(), kind: Kind::Write(error) };
            let text = serde_json::to_vec(self).map_err(|error| failed(error.into()))?;
            write_whole(path, &text).map_err(failed)
        })
    }

    /// Reads a profile.
    ///
    /// # Errors
    /// If the file cannot be read, or is not a profile of this version of the format.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, FileError> {
        allocator::as_meter(|| {
            let path = path.as_ref();
            let failed = |kind| FileError { path: path.to_owned(), kind };
            let open = || File::open(path).map_err(|error| failed(Kind::Read(error)));
            let version: Version = serde_json::from_reader(BufReader::new(open()?))
                .map_err(|error| failed(Kind::Form(error)))?;
            if version.format != FORMAT {
                return Err(failed(Kind::Version(version.format)));
            }
            serde_json::from_reader(BufReader::new(open()?))
                .map_err(|error| failed(Kind::Form(error)))
        })
    }
}

/// Writes a file beside `path` and renames it.
fn write_whole(path: &Path, text: &[u8]) -> io::Result<()> {
    static WRITTEN: AtomicU64 = AtomicU64::new(0);
    // Several threads may write to one path at once; each has a file of its own.
    let number = WRITTEN.fetch_add(1, Ordering::Relaxed);
    let name = path.file_name().ok_or(io::ErrorKind::InvalidFilename)?;
    let mut part = OsString::from(".");
    part.push(name);
    part.push(format!(".{}-{number}.part", process::id()));
    let part = path.with_file_name(part);
    let written = write_part(&part, text).and_then(|()| fs::rename(&part, path));
    if written.is_err() {
        let _ = fs::remove_file(&part);
    }
    written
}

fn write_part(part: &Path, text: &[u8]) -> io::Result<()> {
    let mut file = File::create_new(part)?;
    file.write_all(text)?;
    // Some systems report a full disk only now.
    file.sync_all()
}

impl fmt::Display for FileError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match &self.kind {
            Kind::Write(error) => write!(out, "{path} cannot be written: {error}"),
            Kind::Read(error) => write!(out, "{path} cannot be read: {error}"),
            Kind::Form(error) => write!(out, "{path} is not a heap profile of leak-meter: {error}"),
            Kind::Version(format) => write!(
                out,
                "{path} has format {format}, and this version of leak-meter reads format {FORMAT}; use the version \
                 that wrote it"
            ),
        }
    }
}

impl std::error::Error for FileError {}
