//! What clients must receive, however the server is implemented.
//!
//! - `updates`: updates, and clients that come back for those that they missed
//! - `slow`: clients that are behind
//! - `life`: clients that are alive, and clients that leave
//! - `strangers`: requests that are refused, and requests that nobody expects
//! - `crowd`: many clients at once, and many projects

pub mod crowd;
pub mod life;
pub mod slow;
pub mod strangers;
pub mod updates;

use std::time::Duration;

use exercise_harness::runtime::{Clock, block_on, skip, within};

use crate::LiveUpdates;
use crate::client::{Client, Heard, LIMIT, Trouble};

/// The time between two beats in production.
const BEAT: Duration = Duration::from_secs(30);

type Outcome = Result<(), Trouble>;

/// Runs a check with a new server.
#[track_caller]
fn check<S: LiveUpdates>(check: impl AsyncFnOnce(&S) -> Outcome) {
    if let Err(trouble) = block_on(Clock::Real, async { check(&S::start().await?).await }) {
        panic!("{trouble}");
    }
}

/// Connects a client that watches a project. The server has added it when this returns.
async fn watch<S: LiveUpdates>(server: &S, project: u64) -> Result<Client, Trouble> {
    let mut client = Client::watch(server.address(), project).await?;
    client.fence().await?;
    Ok(client)
}

/// Publishes an update. Fails if that takes too long, because the server waits for a client.
async fn publish<S: LiveUpdates>(server: &S, project: u64, text: &str) -> Result<u64, Trouble> {
    Ok(within(LIMIT, "the end of `publish`", server.publish(project, text)).await?)
}

/// Lets the time between two beats pass, and beats.
async fn beat(server: &impl LiveUpdates) {
    skip(BEAT).await;
    server.beat().await;
}

fn update(number: u64, text: &str) -> Heard {
    Heard::Update { number, text: text.to_owned() }
}

/// A text long enough to fill the buffers when a client does not read.
fn long_text() -> String {
    "x".repeat(1000)
}
