//! One soak at a time: each counts all that its process allocates.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use super::settle::yield_now;

static TAKEN: AtomicBool = AtomicBool::new(false);

/// How often a waiting soak looks whether it is its turn.
const LOOK: Duration = Duration::from_millis(1);

/// The right to soak; given back when dropped, also by a panic. It may move between threads, as a
/// future does, which a lock's guard may not.
pub(super) struct Turn(());

impl Turn {
    pub(super) fn wait() -> Self {
        loop {
            if let Some(turn) = Self::take() {
                return turn;
            }
            thread::sleep(LOOK);
        }
    }

    /// As [`wait`](Self::wait), while the runtime's other tasks go on: the soak that is waited for may
    /// be one of them.
    pub(super) async fn wait_async() -> Self {
        loop {
            if let Some(turn) = Self::take() {
                return turn;
            }
            thread::sleep(LOOK);
            yield_now().await;
        }
    }

    fn take() -> Option<Self> {
        // Made only when it is given: dropping one gives the turn back.
        (!TAKEN.swap(true, Ordering::Acquire)).then(|| Self(()))
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        TAKEN.store(false, Ordering::Release);
    }
}
