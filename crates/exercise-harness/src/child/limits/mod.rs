//! The limits of a trial's process.
//!
//! - `unix`: limits of the system that the process sets for itself.
//! - `windows`: the system ends the process with its parent; memory is limited by the meter.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use leak_meter::HeapCounts;

use crate::protocol::limits::LIMIT_REACHED;
use crate::units;

#[cfg(unix)]
pub use self::unix::end_with_parent;
#[cfg(unix)]
pub(super) use self::unix::{impose, impose_paced, impose_spare, lift_spare};
#[cfg(windows)]
pub use self::windows::end_with_parent;
#[cfg(windows)]
pub(super) use self::windows::{impose, impose_paced, impose_spare, lift_spare};

/// The interval between checks of live memory where the system does not limit it.
const CHECK_INTERVAL: Duration = Duration::from_millis(10);

/// Whether live memory is no longer limited.
static IS_LIFTED: AtomicBool = AtomicBool::new(false);

/// Limits live memory to `spare` bytes more than now, and reports it on standard error.
fn limit_live_memory(spare: u64) {
    let bytes = HeapCounts::now().live_bytes().saturating_add(spare);
    eprintln!("The meter ends it above {} of live memory.", units::bytes(bytes as f64));
    abort_above(bytes);
}

/// Lifts the limit of [`limit_live_memory`].
fn lift_live_memory() {
    IS_LIFTED.store(true, Ordering::Relaxed);
}

/// Aborts this process, as a failed allocation does, once more than `bytes` are live, until the limit is lifted.
fn abort_above(bytes: u64) {
    thread::spawn(move || {
        while !IS_LIFTED.load(Ordering::Relaxed) {
            if HeapCounts::now().live_bytes() > bytes {
                eprintln!("{LIMIT_REACHED}");
                std::process::abort();
            }
            thread::sleep(CHECK_INTERVAL);
        }
    });
}
