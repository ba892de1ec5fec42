//! Many clients at once, and many projects.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use exercise_harness::Context;
use exercise_harness::runtime::within;
use tokio::runtime::Builder;
use tokio::sync::Barrier;

use super::{Outcome, check, publish};
use crate::LiveUpdates;
use crate::client::{Client, LIMIT, Trouble};

/// Clients that comment at once, few enough that none is behind by more than 64 updates.
const CLIENTS: usize = 12;
/// Comments of each client before it waits for the others.
const COMMENTS: usize = 4;
/// How often they do so.
const ROUNDS: usize = 25;

/// Clients comment at once, on a server with several threads: each gets all updates, in order.
pub fn comments_at_once_are_in_order<S: LiveUpdates>(_: &Context) {
    let runtime = Builder::new_multi_thread().worker_threads(4).enable_all().build();
    let spoken = runtime.expect("a runtime can be created").block_on(async {
        let server = S::start().await?;
        let barrier = Arc::new(Barrier::new(CLIENTS));
        let clients: Vec<_> = (0..CLIENTS)
            .map(|_| tokio::spawn(converse(server.address(), Arc::clone(&barrier))))
            .collect();
        for client in clients {
            client.await.map_err(|error| Trouble::new(error.to_string()))??;
        }
        Ok::<_, Trouble>(())
    });
    spoken.unwrap_or_else(|trouble| panic!("{trouble}"));
}

/// Comments, and reads the updates of all clients.
async fn converse(address: SocketAddr, barrier: Arc<Barrier>) -> Outcome {
    let mut client = Client::watch(address, 1).await?;
    client.fence().await?;
    let mut known = 0;
    for _ in 0..ROUNDS {
        within(LIMIT, "the other clients' turn", barrier.wait()).await?;
        for _ in 0..COMMENTS {
            client.comment("I agree").await?;
        }
        for _ in 0..CLIENTS * COMMENTS {
            let heard = client.next().await?;
            if heard.number() != Some(known + 1) {
                let text = format!("update {} was expected, but {heard:?} came", known + 1);
                return Err(Trouble::new(text));
            }
            known += 1;
        }
    }
    Ok(())
}

/// The number of projects of a large server.
const PROJECTS: u64 = 4000;
/// The number of comparisons, of which the fastest of each kind counts.
const TURNS: usize = 32;
/// How many times longer updates and a beat may take on the large server.
const MOST: f64 = 20.0;

/// Updates and beats take about as long with many projects as with one.
pub fn other_projects_cost_nothing<S: LiveUpdates>(_: &Context) {
    check(async |small: &S| {
        let large = S::start().await?;
        for project in 0..PROJECTS {
            publish(&large, project, "begun").await?;
        }
        let (mut in_small, mut in_large) = (Duration::MAX, Duration::MAX);
        for _ in 0..TURNS {
            in_small = in_small.min(turn(small).await?);
            in_large = in_large.min(turn(&large).await?);
        }
        let ratio = in_large.as_secs_f64() / in_small.as_secs_f64();
        assert!(
            ratio <= MOST,
            "updates and a beat take {ratio:.0} times as long with {PROJECTS} projects as with \
             one; at most {MOST} times are allowed"
        );
        Ok(())
    });
}

/// The time of some updates and a beat.
async fn turn(server: &impl LiveUpdates) -> Result<Duration, Trouble> {
    let began = Instant::now();
    for _ in 0..4 {
        publish(server, 1, "another one").await?;
    }
    server.beat().await;
    Ok(began.elapsed())
}
