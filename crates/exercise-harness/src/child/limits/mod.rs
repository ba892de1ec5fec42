//! The limits of a trial's process.
//!
//! - `unix`: limits of the system that the process sets for itself.
//! - `windows`: the system ends the process with its parent; memory is limited by the meter.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

use std::thread;
use std::time::Duration;

use leak_meter::HeapCounts;

use crate::protocol::limits::LIMIT_REACHED;

#[cfg(unix)]
pub use self::unix::end_with_parent;
#[cfg(unix)]
pub(super) use self::unix::{impose, impose_paced};
#[cfg(windows)]
pub use self::windows::end_with_parent;
#[cfg(windows)]
pub(super) use self::windows::{impose, impose_paced};

/// The interval between checks of live memory where the system does not limit it.
const CHECK_INTERVAL: Duration = Duration::from_millis(10);

/// Aborts this process, as a failed allocation does, once more than `bytes` are live.
fn abort_above(bytes: u64) {
    thread::spawn(move || {
        loop {
            if HeapCounts::now().live_bytes() > bytes {
                eprintln!("{LIMIT_REACHED}");
                std::process::abort();
            }
            thread::sleep(CHECK_INTERVAL);
        }
    });
}
