//! Settling: waiting, within a bound, until the heap's counts have stopped moving.

use std::future::poll_fn;
use std::task::Poll;
use std::thread;
use std::time::Duration;

use crate::allocator::HeapCounts;

/// The pauses between two looks at the counts. Their sum, a quarter of a second, bounds the wait.
const PAUSES: [Duration; 8] = [
    Duration::from_millis(1),
    Duration::from_millis(2),
    Duration::from_millis(4),
    Duration::from_millis(8),
    Duration::from_millis(16),
    Duration::from_millis(32),
    Duration::from_millis(64),
    Duration::from_millis(128),
];

/// How often other tasks get their turn before each look at the counts.
const YIELDS: usize = 64;

/// Calls the program's own step, then waits until two looks agree. Returns whether they did.
pub(super) fn settle(mut step: Option<&mut (dyn FnMut() + '_)>) -> bool {
    for pause in PAUSES {
        if let Some(step) = &mut step {
            step();
        }
        if rests_for(pause) {
            return true;
        }
    }
    false
}

/// As [`settle`], yielding to the runtime's other tasks before each look.
pub(super) async fn settle_async(mut step: Option<&mut (dyn FnMut() + '_)>) -> bool {
    for pause in PAUSES {
        if let Some(step) = &mut step {
            step();
        }
        for _ in 0..YIELDS {
            yield_now().await;
        }
        if rests_for(pause) {
            return true;
        }
    }
    false
}

fn rests_for(pause: Duration) -> bool {
    let before = HeapCounts::now();
    thread::sleep(pause);
    HeapCounts::now() == before
}

/// Gives every other ready task of the runtime its turn.
pub(super) async fn yield_now() {
    let mut yielded = false;
    poll_fn(|context| {
        if yielded {
            return Poll::Ready(());
        }
        yielded = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
