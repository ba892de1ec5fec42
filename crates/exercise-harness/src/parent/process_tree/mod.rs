//! A child process with all processes that it starts: how to start, watch and end them.
//!
//! - `unix`: a process group, and `orphans`: the processes that have left it.
//! - `windows`: a job object, which no process leaves.

#[cfg(unix)]
mod orphans;
#[cfg(target_os = "linux")]
mod proc_fs;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

use std::collections::HashMap;
use std::thread;
use std::time::{Duration, Instant};

#[cfg(unix)]
pub(super) use self::unix::{ProcessTree, kill_marked};
#[cfg(windows)]
pub(super) use self::windows::{ProcessTree, kill_marked};

/// The environment variable that marks a trial's processes. Its value is the trial's scratch
/// folder.
pub(super) const MARK_VARIABLE: &str = "LEAK_LAB_TRIAL";

/// How long a process may take to end by itself.
const GRACE_PERIOD: Duration = Duration::from_millis(500);
const SCAN_INTERVAL: Duration = Duration::from_millis(10);

/// How long each thread of a process has waited for a processor while it was ready to run, by the
/// thread's id.
#[derive(Debug, Default)]
pub(super) struct ProcessorWaits(HashMap<u32, Duration>);

impl ProcessorWaits {
    /// The longest wait of one thread since the `earlier` reading. Zero where the system does not
    /// report it.
    pub(super) fn longest_since(&self, earlier: &Self) -> Duration {
        let since = |(thread, wait): (&u32, &Duration)| {
            wait.saturating_sub(earlier.0.get(thread).copied().unwrap_or_default())
        };
        self.0.iter().map(since).max().unwrap_or_default()
    }
}

/// Repeats `scan` until it finds nothing or the time is over, and returns its last result.
fn scan_until_gone<T>(limit: Duration, scan: impl Fn() -> Vec<T>) -> Vec<T> {
    let start = Instant::now();
    loop {
        let found = scan();
        if found.is_empty() || start.elapsed() >= limit {
            return found;
        }
        thread::sleep(SCAN_INTERVAL);
    }
}
