//! How long things take, and waits that end.

use std::time::Duration;

use exercise_harness::runtime::{self, Clock};
use tokio::time;

use crate::CommentDrafts;

/// The longest time until something typed is saved: the contract's five seconds, and a little.
pub const SAVED: Duration = Duration::from_millis(5_100);
/// The longest time until nothing of a session is left.
pub const OVER: Duration = Duration::from_secs(10);
/// For what comes at once.
const SOON: Duration = Duration::from_secs(1);

/// Runs a trial of a new service on the paused clock.
pub fn run<S: CommentDrafts, T>(trial: impl AsyncFnOnce(&S) -> T) -> T {
    runtime::block_on(Clock::Paused, async { trial(&S::start()).await })
}

/// The service's clock goes on.
pub async fn pass(time: Duration) {
    time::sleep(time).await;
}

/// Types `text` into a session that goes on.
pub async fn write<S: CommentDrafts>(session: &mut S::Session, text: &str) -> Result<(), String> {
    done("what is typed", S::write(session, text)).await
}

/// Submits a session that goes on.
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
