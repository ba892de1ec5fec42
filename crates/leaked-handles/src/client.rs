//! Functions to send chunks to a service.

use exercise_harness::FullDisk;

use crate::{Refused, Uploads};

/// No file becomes longer than this while the disk is full, in bytes.
const DISK: u64 = 1024 * 1024;

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

/// Sends a file that does not fit on the disk. Returns its upload, which has ended.
///
/// # Panics
/// When the file is accepted, or refused for another reason.
pub fn fill_the_disk<S: Uploads>(service: &mut S, client: u64) -> u64 {
    let upload = service.begin(client, "video.mp4", 2 * DISK).expect("an upload can begin");
    let chunk = vec![7; 128 * 1024];
    let full = FullDisk::beyond(DISK);
    let refused = (0..16).find_map(|_| send(service, client, upload, &chunk).err());
    drop(full);
    let failed = matches!(refused, Some(Refused::Io(_) | Refused::Over(_)));
    assert!(failed, "the disk is full, but the answer is {refused:?}");
    upload
}

fn checksum(chunk: &[u8]) -> u32 {
    crc32fast::hash(chunk)
}
