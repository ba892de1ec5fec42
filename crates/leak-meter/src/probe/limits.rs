//! How many open files and threads a process may have.

#[cfg(unix)]
#[path = "limits/unix.rs"]
mod system;
#[cfg(windows)]
#[path = "limits/windows.rs"]
mod system;

pub(crate) use system::{RESERVED, SPARE};
pub use system::{most_open_files, most_threads};

/// A reading counts as having reached a limit within a hundredth of it, or within eight.
const CLOSE: u64 = 100;
const CLOSE_AT_LEAST: u64 = 8;

/// A limit that the system sets for this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limit {
    /// The limit itself.
    pub(crate) most: u64,
    /// How much of it the meter uses for itself, which is not included in any reading.
    pub(crate) own: u64,
}

impl Limit {
    /// How much of it is available to the program.
    pub(crate) fn usable(self) -> u64 {
        self.most.saturating_sub(self.own)
    }

    /// Whether a reading is so close to the limit that the program could hardly get more.
    pub(crate) fn is_reached(self, reading: u64) -> bool {
        reading >= self.usable().saturating_sub((self.most / CLOSE).max(CLOSE_AT_LEAST))
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn the_limits_allow_the_current_usage() {
        let open = crate::probe::OpenFilesProbe::new().unwrap().count().unwrap();
        assert!(most_open_files().is_none_or(|most| most >= open));
        let threads = crate::probe::ThreadsProbe::new().unwrap().count().unwrap();
        assert!(most_threads().expect("Linux states a limit") >= threads);
    }
}
