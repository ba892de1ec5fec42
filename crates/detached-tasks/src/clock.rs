//! The time limits of the contract, and calls with a deadline.

use std::time::Duration;

use exercise_harness::runtime::{self, Clock};
use tokio::time;

use crate::CommentDrafts;

/// The longest time until typed text is saved: the contract's five seconds, and some more.
pub const SAVED: Duration = Duration::from_secs(6);
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

/// Lets many hours pass. The clock jumps from hour to hour, so that a service that wakes several
/// times a second does so a few hundred times and not a million times.
pub async fn pass_hours(hours: u32) {
    for _ in 0..hours {
        time::advance(Duration::from_secs(3600)).await;
        pass(Duration::from_secs(1)).await;
    }
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

/// Types `piece` again and again, without a pause, until the service makes the author wait or
/// `most` pieces are accepted. The author is cut off in that moment: the last request is dropped.
/// Returns the accepted text.
pub async fn paste<S: CommentDrafts>(session: &mut S::Session, piece: &str, most: usize) -> String {
    let mut accepted = String::new();
    for _ in 0..most {
        match at_once(S::write(session, piece)).await {
            Some(Ok(())) => accepted.push_str(piece),
            Some(Err(crate::Ended)) => panic!("the session has ended"),
            None => break,
        }
    }
    accepted
}

/// The result of a request if it is there at once; otherwise the request is dropped.
pub async fn at_once<T>(request: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        biased;
        result = request => Some(result),
        () = std::future::ready(()) => None,
    }
}
