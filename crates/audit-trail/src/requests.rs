//! Many requests at once, and what became of them.

use std::time::Duration;

use exercise_harness::runtime::{Clock, block_on};
use futures::future::join_all;
use tokio::time;

use crate::{AuditTrail, Refused, Services};

/// The longest time until a change is answered while the archive works.
pub const ANSWERED: Duration = Duration::from_secs(60);
/// A change that is answered within this time has not waited for the archive.
pub const AT_ONCE: Duration = Duration::from_millis(100);

/// Runs a trial with a new server on a paused clock.
pub fn run<S: AuditTrail, T>(trial: impl AsyncFnOnce(S, Services) -> T) -> T {
    block_on(Clock::Paused, async {
        let services = Services::new();
        trial(S::start(services.clone()), services).await
    })
}

/// What became of many changes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Answers {
    pub accepted: u64,
    pub refused: u64,
    /// The changes without an answer, whose callers have left.
    pub left: u64,
}

/// Makes `count` changes at once, spread over `tasks` tasks, with texts of `length` bytes. Callers leave
/// when they have waited for `patience`.
pub async fn change_many<S: AuditTrail>(
    service: &S,
    count: u64,
    tasks: u64,
    length: usize,
    patience: Duration,
) -> Answers {
    let text = "x".repeat(length);
    let changes = (0..count).map(|number| {
        let change = service.change(1 + number % 7, number % tasks, &text);
        time::timeout(patience, change)
    });
    let mut answers = Answers::default();
    for answer in join_all(changes).await {
        match answer {
            Ok(Ok(_)) => answers.accepted += 1,
            Ok(Err(Refused(_))) => answers.refused += 1,
            Err(_) => answers.left += 1,
        }
    }
    answers
}
