//! Open files and threads, counted in the folders in which the system lists them.

use std::collections::BTreeMap;
use std::ffi::CStr;
use std::os::fd::{AsRawFd, BorrowedFd};

use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags};
use rustix::io::Errno;

use super::{FileGroup, OpenFiles, Unavailable};

#[cfg(target_os = "linux")]
const OPEN_FILES: &str = "/proc/self/fd";
#[cfg(not(target_os = "linux"))]
const OPEN_FILES: &str = "/dev/fd";

/// Counts the open file descriptors of this process.
///
/// The probe opens its handle once, so that it still works when the process has run out of descriptors. The
/// count does not include that handle.
#[derive(Debug)]
pub struct OpenFilesProbe(EntryCounter);

impl OpenFilesProbe {
    /// Opens the system's folder of descriptors.
    ///
    /// # Errors
    /// On a system without such a folder, or if no descriptor is left.
    pub fn new() -> Result<Self, Unavailable> {
        EntryCounter::open(OPEN_FILES, "open files").map(Self)
    }

    /// The number of open file descriptors, without the probe's own.
    ///
    /// # Errors
    /// If the system refuses the read.
    pub fn count(&mut self) -> Result<u64, Unavailable> {
        self.usage().map(|open| open.all)
    }

    /// The number of open file descriptors and of sockets among them, without the probe's own.
    ///
    /// # Errors
    /// If the system refuses the read.
    pub fn usage(&mut self) -> Result<OpenFiles, Unavailable> {
        let (mut all, mut sockets) = (0, 0);
        self.each_name(|folder, name| {
            // `statat` returns the type of the open file without opening it.
            match rustix::fs::statat(folder, name, AtFlags::empty()) {
                Ok(status) => {
                    let kind = FileType::from_raw_mode(status.st_mode);
                    all += 1;
                    sockets += u64::from(kind == FileType::Socket);
                    Ok(())
                }
                // It was closed after it was listed.
                Err(Errno::NOENT | Errno::BADF) => Ok(()),
                Err(error) => Err(error),
            }
        })?;
        Ok(OpenFiles { all, sockets: Some(sockets) })
    }

    /// The open descriptors by kind and place, without the probe's own.
    ///
    /// # Errors
    /// If the system refuses the read.
    pub fn groups(&mut self) -> Result<BTreeMap<FileGroup, u64>, Unavailable> {
        let mut groups = BTreeMap::new();
        self.each_target(|target| *groups.entry(FileGroup::from_target(target)).or_default() += 1)?;
        Ok(groups)
    }

    /// Calls `on_target` with the target of each descriptor, except the probe's own.
    fn each_target(&mut self, mut on_target: impl FnMut(&str)) -> Result<(), Unavailable> {
        self.each_name(|folder, name| match rustix::fs::readlinkat(folder, name, Vec::new()) {
            Ok(target) => {
                on_target(&target.to_string_lossy());
                Ok(())
            }
            Err(Errno::NOENT) => Ok(()),
            Err(error) => Err(error),
        })
    }

    /// Calls `on_name` with the folder and the name of each descriptor, except the probe's own.
    fn each_name(
        &mut self,
        mut on_name: impl FnMut(BorrowedFd<'_>, &CStr) -> Result<(), Errno>,
    ) -> Result<(), Unavailable> {
        let EntryCounter { handle, path, .. } = &mut self.0;
        let refused = |error| Unavailable(format!("open files cannot be listed: {path}: {error}"));
        let own = handle.fd().map_err(refused)?.as_raw_fd().to_string();
        handle.rewind();
        while let Some(entry) = handle.read() {
            let entry = entry.map_err(refused)?;
            let name = entry.file_name();
            if name != c"." && name != c".." && name.to_bytes() != own.as_bytes() {
                on_name(handle.fd().map_err(refused)?, name).map_err(refused)?;
            }
        }
        Ok(())
    }
}

/// Counts the threads of this process (Linux).
#[derive(Debug)]
pub struct ThreadsProbe(EntryCounter);

impl ThreadsProbe {
    /// Opens the system's folder of threads.
    ///
    /// # Errors
    /// On systems other than Linux, or if no descriptor is left.
    pub fn new() -> Result<Self, Unavailable> {
        EntryCounter::open("/proc/self/task", "threads").map(Self)
    }

    /// The number of threads in this process, including the calling one.
    ///
    /// # Errors
    /// If the system refuses the read.
    pub fn count(&mut self) -> Result<u64, Unavailable> {
        self.0.count()
    }
}

/// Lists the entries of one folder repeatedly through one handle.
#[derive(Debug)]
struct EntryCounter {
    handle: Dir,
    path: &'static str,
    what: &'static str,
}

impl EntryCounter {
    fn open(path: &'static str, what: &'static str) -> Result<Self, Unavailable> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let refused = |error| Unavailable(format!("{what} cannot be counted: {path}: {error}"));
        let folder = rustix::fs::open(path, flags, Mode::empty()).map_err(refused)?;
        let handle = Dir::new(folder).map_err(refused)?;
        Ok(Self { handle, path, what })
    }

    fn count(&mut self) -> Result<u64, Unavailable> {
        self.handle.rewind();
        let mut entries = 0;
        while let Some(entry) = self.handle.read() {
            let entry = entry.map_err(|error| {
                Unavailable(format!("{} cannot be counted: {}: {error}", self.what, self.path))
            })?;
            let name = entry.file_name().to_bytes();
            entries += u64::from(name != b"." && name != b"..");
        }
        Ok(entries)
    }
}
