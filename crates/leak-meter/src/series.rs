//! Readings: one [`Round`] for each round of a soak, and the [`Resource`]s that a round contains.

use serde::{Deserialize, Serialize};

/// Something that a program uses and should give back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Resource {
    /// Blocks allocated and not yet freed.
    LiveBlocks,
    /// Bytes allocated and not yet freed.
    LiveBytes,
    /// Open file descriptors: files, sockets, pipes. On Windows, all open handles.
    OpenFiles,
    /// The open file descriptors that are sockets.
    Sockets,
    /// Files in the folder given to the workload for temporary storage.
    TemporaryFiles,
    /// The sum of those files' lengths, in bytes.
    TemporaryBytes,
    /// Threads of the process.
    Threads,
    /// Asynchronous tasks alive in the runtime.
    Tasks,
    /// Bytes on the system's heap that C code in the process allocated.
    ForeignBytes,
    /// Bytes of the process in main memory. They are shown but never judged, because the system decides which
    /// pages stay resident.
    ResidentBytes,
}

impl Resource {
    /// Every resource, in the order in which reports show them.
    pub const ALL: &[Self] = &[
        Self::LiveBlocks,
        Self::LiveBytes,
        Self::OpenFiles,
        Self::Sockets,
        Self::TemporaryFiles,
        Self::TemporaryBytes,
        Self::Threads,
        Self::Tasks,
        Self::ForeignBytes,
        Self::ResidentBytes,
    ];

    /// The name in plain words, in the plural: "live blocks".
    pub fn name(self) -> &'static str {
        match self {
            Self::LiveBlocks => "live blocks",
            Self::LiveBytes => "live bytes",
            Self::OpenFiles if cfg!(windows) => "open handles",
            Self::OpenFiles => "open files",
            Self::Sockets => "sockets",
            Self::TemporaryFiles => "temporary files",
            Self::TemporaryBytes => "temporary bytes",
            Self::Threads => "threads",
            Self::Tasks => "tasks",
            Self::ForeignBytes => "bytes outside the Rust allocator",
            Self::ResidentBytes => "resident bytes",
        }
    }

    /// Whether the resource is measured in bytes rather than counted.
    pub fn is_bytes(self) -> bool {
        matches!(
            self,
            Self::LiveBytes | Self::TemporaryBytes | Self::ForeignBytes | Self::ResidentBytes
        )
    }

    /// Whether the series is judged, rather than only shown.
    pub(crate) fn is_judged(self) -> bool {
        self != Self::ResidentBytes
    }
}

/// One round: the work done in it, and the readings after it settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Round {
    /// Operations in this round.
    pub operations: u64,
    /// Blocks allocated during this round.
    pub allocations: u64,
    /// Blocks freed during this round.
    pub deallocations: u64,
    /// Blocks resized during this round.
    pub reallocations: u64,
    /// Blocks live at the round's end.
    pub live_blocks: u64,
    /// Bytes live at the round's end.
    pub live_bytes: u64,
    /// Open files at the round's end; `None` where they cannot be counted.
    pub open_files: Option<u64>,
    /// Open sockets at the round's end, which are included in the open files; `None` where they cannot be
    /// counted.
    pub sockets: Option<u64>,
    /// Files in the temporary folder at the round's end; `None` without such a folder.
    pub temporary_files: Option<u64>,
    /// Bytes in the temporary folder at the round's end; `None` without such a folder.
    pub temporary_bytes: Option<u64>,
    /// Threads at the round's end; `None` where they cannot be counted.
    pub threads: Option<u64>,
    /// Asynchronous tasks alive at the round's end; `None` without a runtime.
    pub tasks: Option<u64>,
    /// Bytes allocated by C code at the round's end; `None` where they cannot be measured.
    pub foreign_bytes: Option<u64>,
    /// Bytes of the process in main memory at the round's end; `None` where they cannot be measured.
    pub resident_bytes: Option<u64>,
    /// Whether the counts had stopped changing before they were read.
    pub settled: bool,
    /// The time that the operations of this round took, without settling, in nanoseconds.
    pub nanoseconds: u64,
}

impl Round {
    /// A round without work, of which only the live memory at its end is known.
    pub(crate) fn of_heap(live_blocks: u64, live_bytes: u64) -> Self {
        Self {
            operations: 0,
            allocations: 0,
            deallocations: 0,
            reallocations: 0,
            live_blocks,
            live_bytes,
            open_files: None,
            sockets: None,
            temporary_files: None,
            temporary_bytes: None,
            threads: None,
            tasks: None,
            foreign_bytes: None,
            resident_bytes: None,
            settled: false,
            nanoseconds: 0,
        }
    }

    /// Merges several consecutive rounds into one: the sum of their work, and the readings at the end of the
    /// last one. `rounds` must not be empty.
    pub(crate) fn merged(rounds: &[Self]) -> Self {
        let sum = |of: fn(&Self) -> u64| rounds.iter().map(of).sum();
        Self {
            operations: sum(|round| round.operations),
            allocations: sum(|round| round.allocations),
            deallocations: sum(|round| round.deallocations),
            reallocations: sum(|round| round.reallocations),
            nanoseconds: sum(|round| round.nanoseconds),
            ..rounds[rounds.len() - 1]
        }
    }

    /// The reading of one resource at the round's end.
    pub fn reading(&self, resource: Resource) -> Option<u64> {
        match resource {
            Resource::LiveBlocks => Some(self.live_blocks),
            Resource::LiveBytes => Some(self.live_bytes),
            Resource::OpenFiles => self.open_files,
            Resource::Sockets => self.sockets,
            Resource::TemporaryFiles => self.temporary_files,
            Resource::TemporaryBytes => self.temporary_bytes,
            Resource::Threads => self.threads,
            Resource::Tasks => self.tasks,
            Resource::ForeignBytes => self.foreign_bytes,
            Resource::ResidentBytes => self.resident_bytes,
        }
    }
}

/// The series of one resource over `rounds`; `None` if any round lacks it.
pub(crate) fn series(rounds: &[Round], resource: Resource) -> Option<Vec<u64>> {
    rounds.iter().map(|round| round.reading(resource)).collect()
}
