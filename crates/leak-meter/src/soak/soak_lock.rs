//! Allows one soak at a time, because each counts everything that its process allocates.
//!
//! A soak started inside another one would wait forever, so it is refused with a reason. Nesting is detected on
//! the thread that runs the outer soak and, for an asynchronous soak, while its workload is polled. A workload
//! that waits for a soak on another thread or in another task is not detected.

use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use super::settle::yield_now;

static TAKEN: AtomicBool = AtomicBool::new(false);

/// How often a waiting soak checks whether it may start.
const RETRY_PAUSE: Duration = Duration::from_millis(1);

/// Why a soak within a soak is refused.
const NESTED: &str = "this soak was started inside another one, which counts everything that the process \
                      allocates; run them one after the other";

thread_local! {
    /// How many soaks the code on this thread runs inside.
    static AROUND: Cell<usize> = const { Cell::new(0) };
}

/// The right to run a soak; released on drop, also during a panic. For an asynchronous soak it may move between
/// threads together with the future, which the guard of a mutex may not.
pub(super) struct SoakLock {
    kind: LockKind,
}

enum LockKind {
    /// For a soak that stays on one thread.
    OnThread(Within),
    Async,
    /// For a soak that does not run because it was started inside another one.
    Refused,
}

/// While it exists, the code on this thread is inside a soak.
struct Within(());

impl Within {
    fn enter() -> Self {
        AROUND.set(AROUND.get() + 1);
        Self(())
    }
}

impl Drop for Within {
    fn drop(&mut self) {
        AROUND.set(AROUND.get() - 1);
    }
}

impl SoakLock {
    /// Waits until no soak is running. If that can never happen, sets `fault` to the reason.
    pub(super) fn wait(fault: &mut Option<String>) -> Self {
        if AROUND.get() > 0 {
            return Self::refused(fault);
        }
        while !take() {
            thread::sleep(RETRY_PAUSE);
        }
        Self { kind: LockKind::OnThread(Within::enter()) }
    }

    /// Like [`wait`](Self::wait), while other tasks of the runtime run, since one of them may be the running
    /// soak.
    pub(super) async fn wait_async(fault: &mut Option<String>) -> Self {
        if AROUND.get() > 0 {
            return Self::refused(fault);
        }
        while !take() {
            thread::sleep(RETRY_PAUSE);
            yield_now().await;
        }
        Self { kind: LockKind::Async }
    }

    fn refused(fault: &mut Option<String>) -> Self {
        *fault = Some(NESTED.to_owned());
        Self { kind: LockKind::Refused }
    }
}

fn take() -> bool {
    !TAKEN.swap(true, Ordering::Acquire)
}

/// Awaits a part of an asynchronous soak. A soak started in that part is nested.
pub(super) async fn within<T>(part: impl Future<Output = T>) -> T {
    let mut part = pin!(part);
    poll_fn(|context| {
        let _within = Within::enter();
        part.as_mut().poll(context)
    })
    .await
}

impl Drop for SoakLock {
    fn drop(&mut self) {
        match &self.kind {
            LockKind::Refused => {}
            LockKind::OnThread(_) | LockKind::Async => TAKEN.store(false, Ordering::Release),
        }
    }
}
