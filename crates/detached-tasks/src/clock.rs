//! The time limits of the contract, and calls with a deadline.

use std::time::Duration;

use exercise_harness::runtime::{self, Clock};
use tokio::time;

use crate::CommentDrafts;

/// The longest time until typed text is saved: the contract's five seconds, and a little more.
pub const SAVED: Duration = Duration::from_millis(5_100);
/// The longest time until nothing of a session is left.
pub const OVER: Duration = Duration::from_secs(10);
/// The deadline for immediate answers.
const SOON: Duration = Duration::from_secs(1);

/// Runs a trial with a new service on a paused clock.
pub fn run<S: CommentDrafts, T>(trial: impl AsyncFnOnce(&S) -> T) -> T {
    runtime::block_on(Clock::Paused, async { trial(&S::start()).await })
}

/// Lets `time` pass on the service's clock.
pub async fn pass(time: Duration) {
    time::sleep(time).await;
}

/// Types `text` into an open session.
pub async fn write<S: CommentDrafts>(session: &mut S::Session, text: &str) -> Result<(), String> {
    done("typed text", S::write(session, text)).await
}

/// Submits an open session.
pub async fn submit<S: CommentDrafts>(session: S::Session) -> Result<(), String> {
    done("the comment", S::submit(session)).await
}

async fn done(
    what: &str,
    request: impl Future<Output = Result<(), crate::Ended>>,
) -> Result<(), String> {
    match runtime::within(SOON, what, request).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(crate::Ended)) => Err(format!("{what} was refused: the session has ended")),
        Err(late) => Err(late.to_string()),
    }
}
