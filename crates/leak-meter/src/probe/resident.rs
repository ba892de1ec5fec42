//! Resident memory: the part of the process in main memory.

use std::os::fd::OwnedFd;

use rustix::fs::{Mode, OFlags};

use super::Unavailable;

const STATUS: &str = "/proc/self/status";
/// The line with resident memory, in units of 1,024 bytes.
const LINE: &str = "VmRSS:";

/// Measures how much of this process is in main memory (Linux).
#[derive(Debug)]
pub struct ResidentBytesProbe {
    status: OwnedFd,
}

impl ResidentBytesProbe {
    /// Opens the system's status file for this process.
    ///
    /// # Errors
    /// On systems other than Linux, or if no descriptor is left.
    pub fn new() -> Result<Self, Unavailable> {
        let status = rustix::fs::open(STATUS, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())
            .map_err(|error| refused(&error))?;
        Ok(Self { status })
    }

    /// Bytes in main memory, in whole pages, including shared ones.
    ///
    /// # Errors
    /// If the system refuses the read.
    pub fn bytes(&mut self) -> Result<u64, Unavailable> {
        let mut text = [0; 4096];
        let length =
            rustix::io::pread(&self.status, &mut text, 0).map_err(|error| refused(&error))?;
        let text = String::from_utf8_lossy(&text[..length]);
        let line = text.lines().find_map(|line| line.strip_prefix(LINE));
        let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
        kilobytes.map(|kilobytes| kilobytes * 1024).ok_or_else(|| refused(&"it has no VmRSS line"))
    }
}

fn refused(why: &dyn std::fmt::Display) -> Unavailable {
    Unavailable(format!("resident memory cannot be read: {STATUS}: {why}"))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn memory_that_is_written_to_becomes_resident() {
        const SIZE: usize = 64 << 20;
        let mut probe = ResidentBytesProbe::new().unwrap();
        let before = probe.bytes().unwrap();
        let written = std::hint::black_box(vec![1_u8; SIZE]);
        let with = probe.bytes().unwrap();
        assert!(with >= before + SIZE as u64 / 2, "{before} -> {with}");
        drop(written);
    }
}
