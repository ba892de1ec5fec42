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

/// Runs `work` on this many threads at once, each with a number from 0, as [`within`].
///
/// # Panics
/// If a thread panics, or if they take longer than `deadline`.
#[track_caller]
pub fn on_threads(deadline: Duration, threads: u64, work: impl Fn(u64) + Send + Sync + 'static) {
    within(deadline, move || {
        let work = &work;
        thread::scope(|scope| {
            let threads: Vec<_> =
                (0..threads).map(|number| scope.spawn(move || work(number))).collect();
            for thread in threads {
                thread.join().unwrap_or_else(|panic| panic::resume_unwind(panic));
            }
        });
    });
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::sync::{Arc, Barrier};

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
    fn threads_run_at_once_with_numbers_of_their_own() {
        let (sum, all) = (Arc::new(AtomicU64::new(0)), Arc::new(Barrier::new(4)));
        let own = Arc::clone(&sum);
        on_threads(LONG, 4, move |number| {
            all.wait();
            own.fetch_add(number, Ordering::Relaxed);
        });
        assert_eq!(sum.load(Ordering::Relaxed), 6);
    }

    #[test]
    #[should_panic(expected = "the thread's own message")]
    fn a_panic_of_a_thread_continues() {
        on_threads(LONG, 2, |number| assert!(number == 0, "the thread's own message"));
    }

    #[test]
    #[should_panic(expected = "no answer within 10ms")]
    fn work_without_an_end_is_left_behind() {
        within(Duration::from_millis(10), || thread::sleep(LONG));
    }
}
