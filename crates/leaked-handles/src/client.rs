//! The folders of a service, and functions to send chunks to it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::{Refused, Uploads};

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
}

/// Sends an intact chunk.
pub fn send<S: Uploads>(
    service: &mut S,
    client: u64,
    upload: u64,
    chunk: &[u8],
) -> Result<u64, Refused> {
    service.append(client, upload, chunk, checksum(chunk))
}

/// Sends a chunk with a wrong checksum.
pub fn send_damaged<S: Uploads>(
    service: &mut S,
    client: u64,
    upload: u64,
    chunk: &[u8],
) -> Result<u64, Refused> {
    service.append(client, upload, chunk, !checksum(chunk))
}

fn checksum(chunk: &[u8]) -> u32 {
    crc32fast::hash(chunk)
}
