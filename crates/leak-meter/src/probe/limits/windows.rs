//! The limits of a process on Windows.

/// Handles reserved for the meter: none, since a process hardly runs out of them.
pub(crate) const RESERVED: usize = 0;
/// The file that reserved handles would have open.
pub(crate) const SPARE: &str = "NUL";

/// The maximum number of handles of a process, which the system's documentation states.
const MOST_HANDLES: u64 = 1 << 24;

/// The maximum number of open handles in this process.
#[allow(clippy::unnecessary_wraps)] // Other systems may have no limit.
pub fn most_open_files() -> Option<u64> {
    Some(MOST_HANDLES)
}

/// Always `None`: the system's memory limits the number of threads.
pub fn most_threads() -> Option<u64> {
    None
}
