//! Probes, which measure the resources that the process uses now.
//!
//! A probe is created once and read often. It keeps what it needs for reading (a directory handle,
//! a buffer), so that a reading neither opens a file nor changes the heap.

mod folder;
mod foreign;
mod gauge;
#[cfg(feature = "soak")]
pub(crate) mod limits;
#[cfg(target_os = "macos")]
#[allow(unsafe_code)] // Calls the system.
mod macos;
#[cfg(unix)]
mod process;
#[cfg(all(unix, not(target_os = "macos")))]
mod resident;
mod targets;
#[cfg(windows)]
#[allow(unsafe_code)] // Calls the system.
mod windows;

pub use folder::{FolderProbe, FolderUsage};
pub use foreign::ForeignBytesProbe;
pub use gauge::Gauge;
#[cfg(feature = "soak")]
pub(crate) use limits::{Limit, most_open_files, most_threads};
#[cfg(target_os = "macos")]
pub use macos::{ResidentBytesProbe, ThreadsProbe};
#[cfg(unix)]
pub use process::OpenFilesProbe;
#[cfg(all(unix, not(target_os = "macos")))]
pub use process::ThreadsProbe;
#[cfg(all(unix, not(target_os = "macos")))]
pub use resident::ResidentBytesProbe;
pub use targets::{FileGroup, FileKind};
#[cfg(windows)]
pub use windows::{OpenFilesProbe, ResidentBytesProbe, ThreadsProbe};

/// How many descriptors are open.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct OpenFiles {
    /// All of them.
    pub all: u64,
    /// The descriptors that are sockets. `None` on Windows, which does not report them.
    pub sockets: Option<u64>,
}

/// Why a resource cannot be measured here, as a sentence for the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unavailable(pub(crate) String);

impl std::fmt::Display for Unavailable {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Unavailable {}
