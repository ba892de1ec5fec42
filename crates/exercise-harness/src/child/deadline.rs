//! Runs work that may never end, such as threads that wait for each other.

use std::panic;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// Runs `work` on another thread and returns its result. A panic of `work` continues on this thread.
///
/// # Panics
/// If `work` takes longer than `deadline`. Its thread is left behind.
#[track_caller]
pub fn within<T: Send + 'static>(
    deadline: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> T {
    let (working, ended) = mpsc::channel::<()>();
    let worker = thread::spawn(move || {
        // Dropped when the work returns or panics.
        let _working = working;
        work()
    });
    assert!(
        ended.recv_timeout(deadline) != Err(mpsc::RecvTimeoutError::Timeout),
        "no answer within {deadline:?}: do two calls wait for each other, or one for itself?"
    );
    worker.join().unwrap_or_else(|panic| panic::resume_unwind(panic))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn work_in_time_returns_its_result() {
        assert_eq!(within(LONG, || 1 + 1), 2);
    }

    #[test]
    #[should_panic(expected = "the work's own message")]
    fn a_panic_of_the_work_continues() {
        within(LONG, || panic!("the work's own message"));
    }

    #[test]
    #[should_panic(expected = "no answer within 10ms")]
    fn work_without_an_end_is_left_behind() {
        within(Duration::from_millis(10), || thread::sleep(LONG));
    }
}
