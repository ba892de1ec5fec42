//! A deterministic runtime for asynchronous trials, and waits with a limit.
//!
//! ```
//! use std::time::Duration;
//! use exercise_harness::runtime::{self, Clock};
//!
//! let answer = runtime::block_on(Clock::Paused, async {
//!     let work = tokio::spawn(async { tokio::time::sleep(Duration::from_secs(3600)).await });
//!     runtime::within(Duration::from_secs(7200), "the end of the work", work).await
//! });
//! assert!(answer.is_ok(), "an hour passes at once");
//! ```
//!
//! A soak goes inside [`block_on`], prepared by
//! [`Context::async_soak`](crate::Context::async_soak).

use std::fmt;
use std::time::Duration;

use tokio::runtime::{Builder, Handle};
use tokio::time;

use crate::units;

/// The first pause between two checks of a condition. Each pause is twice as long as the one
/// before.
const FIRST_PAUSE: Duration = Duration::from_millis(1);
/// The longest pause between two checks.
const LONGEST_PAUSE: Duration = Duration::from_millis(50);

/// The clock of a runtime's timers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// The system's clock. Needed wherever a socket, a file or another process takes part.
    Real,
    /// A clock that stands still while a task can run, and advances to the next timer when none
    /// can. A minute passes at once, and the order of events is always the same.
    Paused,
}

/// Runs `trial` to its end on a new single-threaded runtime. Tasks that are still alive at the end
/// are dropped.
///
/// # Panics
/// When the system refuses the runtime's descriptors, and when `trial` panics.
pub fn block_on<T>(clock: Clock, trial: impl Future<Output = T>) -> T {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .start_paused(clock == Clock::Paused)
        .build()
        .expect("a runtime can be created");
    runtime.block_on(trial)
}

/// The number of tasks of the current runtime that have not ended.
///
/// # Panics
/// Outside of a runtime.
pub fn alive_tasks() -> u64 {
    Handle::current().metrics().num_alive_tasks() as u64
}

/// Lets `span` pass at once on a runtime with [`Clock::Real`]: its timers expire, and its sockets stay
/// as they are.
///
/// # Panics
/// On a runtime with [`Clock::Paused`] or with more than one thread.
pub async fn skip(span: Duration) {
    time::pause();
    time::advance(span).await;
    time::resume();
}

/// Waits for `event`, at most for `limit` by the runtime's clock.
///
/// # Errors
/// When the event does not happen in time. The error's message begins with `what`, a noun such as
/// "the answer".
pub async fn within<T>(
    limit: Duration,
    what: &str,
    event: impl Future<Output = T>,
) -> Result<T, Late> {
    time::timeout(limit, event).await.map_err(|_| Late { what: what.to_owned(), limit })
}

/// Checks `condition` until it holds, at most for `limit` by the runtime's clock. Other tasks run
/// meanwhile.
///
/// # Errors
/// As for [`within`], when the condition does not hold in time.
pub async fn eventually(
    limit: Duration,
    what: &str,
    mut condition: impl FnMut() -> bool,
) -> Result<(), Late> {
    let condition_holds = async {
        let mut pause = FIRST_PAUSE;
        while !condition() {
            time::sleep(pause).await;
            pause = LONGEST_PAUSE.min(pause * 2);
        }
    };
    within(limit, what, condition_holds).await
}

/// An event that did not happen in time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Late {
    what: String,
    limit: Duration,
}

impl fmt::Display for Late {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} did not come within {}", self.what, units::span(self.limit))
    }
}

impl std::error::Error for Late {}

#[cfg(test)]
mod tests {
    use std::future;
    use std::time::Instant;

    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    #[test]
    fn an_hour_of_the_paused_clock_takes_no_time() {
        let began = Instant::now();
        let passed = block_on(Clock::Paused, async {
            let began = time::Instant::now();
            time::sleep(HOUR).await;
            began.elapsed()
        });
        assert!(passed >= HOUR, "only {passed:?} passed");
        assert!(began.elapsed() < HOUR / 60, "the test waited in real time");
    }

    #[test]
    fn a_skipped_hour_of_the_real_clock_takes_no_time() {
        let began = Instant::now();
        block_on(Clock::Real, async {
            let timer = tokio::spawn(time::sleep(HOUR));
            tokio::task::yield_now().await;
            skip(HOUR * 2).await;
            timer.await.unwrap();
        });
        assert!(began.elapsed() < HOUR / 60, "the test waited in real time");
    }

    #[test]
    fn a_late_event_is_named_with_its_limit() {
        let late = block_on(Clock::Paused, within(HOUR, "the answer", future::pending::<()>()));
        let message = late.unwrap_err().to_string();
        assert_eq!(message, format!("the answer did not come within {}", units::span(HOUR)));
    }

    #[test]
    fn other_tasks_run_while_a_condition_is_awaited() {
        for clock in [Clock::Paused, Clock::Real] {
            block_on(clock, async {
                let work = tokio::spawn(time::sleep(Duration::from_millis(20)));
                let ended = eventually(HOUR, "the work's end", || work.is_finished()).await;
                assert_eq!(ended, Ok(()), "{clock:?}");
            });
        }
        let late = block_on(Clock::Paused, eventually(HOUR, "the end", || false));
        assert!(late.is_err(), "it never holds");
    }

    #[test]
    fn tasks_are_alive_until_they_end() {
        block_on(Clock::Paused, async {
            let short = tokio::spawn(time::sleep(HOUR));
            let long = tokio::spawn(future::pending::<()>());
            assert_eq!(alive_tasks(), 2);
            within(2 * HOUR, "the short one's end", short).await.unwrap().unwrap();
            assert_eq!(alive_tasks(), 1);
            long.abort();
            let _ = long.await;
            assert_eq!(alive_tasks(), 0);
        });
    }
}
