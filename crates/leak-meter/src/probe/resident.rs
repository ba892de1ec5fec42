//! Resident memory: the part of the process in main memory.

use std::fmt::Display;

use super::Unavailable;

/// Measures how much of this process is in main memory (Linux and macOS).
#[derive(Debug)]
pub struct ResidentBytesProbe(Account);

impl ResidentBytesProbe {
    /// On Linux, opens the system's status file for this process.
    ///
    /// # Errors
    /// On systems other than Linux and macOS, or if no descriptor is left.
    pub fn new() -> Result<Self, Unavailable> {
        Account::open().map(Self).map_err(|error| refused(&error))
    }

    /// Bytes in main memory, in whole pages, including shared ones.
    ///
    /// # Errors
    /// If the system refuses the read.
    pub fn bytes(&mut self) -> Result<u64, Unavailable> {
        self.0.bytes().map_err(|error| refused(&error))
    }
}

fn refused(why: &dyn Display) -> Unavailable {
    Unavailable(format!("resident memory cannot be read: {why}"))
}

/// The system's status file for this process.
#[cfg(not(target_os = "macos"))]
#[derive(Debug)]
struct Account(std::os::fd::OwnedFd);

#[cfg(not(target_os = "macos"))]
impl Account {
    const PATH: &str = "/proc/self/status";
    /// The line with resident memory, in units of 1,024 bytes.
    const LINE: &str = "VmRSS:";

    fn open() -> Result<Self, String> {
        use rustix::fs::{Mode, OFlags};
        rustix::fs::open(Self::PATH, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())
            .map(Self)
            .map_err(|error| Self::error(&error))
    }

    fn bytes(&mut self) -> Result<u64, String> {
        let mut text = [0; 4096];
        let length =
            rustix::io::pread(&self.0, &mut text, 0).map_err(|error| Self::error(&error))?;
        let text = String::from_utf8_lossy(&text[..length]);
        let line = text.lines().find_map(|line| line.strip_prefix(Self::LINE));
        let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
        kilobytes
            .map(|kilobytes| kilobytes * 1024)
            .ok_or_else(|| Self::error(&"it has no VmRSS line"))
    }

    fn error(why: &dyn Display) -> String {
        format!("{}: {why}", Self::PATH)
    }
}

#[cfg(target_os = "macos")]
#[derive(Debug)]
struct Account;

#[cfg(target_os = "macos")]
impl Account {
    fn open() -> Result<Self, std::io::Error> {
        Ok(Self)
    }

    fn bytes(&mut self) -> Result<u64, std::io::Error> {
        super::task_info::read().map(|account| account.pti_resident_size)
    }
}

#[cfg(all(test, any(target_os = "linux", target_os = "macos")))]
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
