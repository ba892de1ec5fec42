//! Many clients at once, and many projects.

use std::time::{Duration, Instant};

use exercise_harness::Context;
use tokio::runtime::Builder;

use super::{check, publish, watch};
use crate::LiveUpdates;
use crate::client::Trouble;

/// Clients that do not read, so that an update takes a while to reach all.
const SLOW: usize = 60;
/// Clients that comment.
const SPEAKERS: u64 = 3;
/// Comments of each speaker in a round, and as many updates that the server publishes meanwhile.
const COMMENTS: u64 = 15;
/// All updates in a round: few enough that a client is not behind by more than 64.
const UPDATES: u64 = COMMENTS * (SPEAKERS + 1);
/// The number of rounds.
const ROUNDS: u64 = 400;

/// Clients comment while the server publishes, on several threads: all updates come in order.
pub fn updates_at_once_are_in_order<S: LiveUpdates>(_: &Context) {
    let runtime = Builder::new_multi_thread().worker_threads(4).enable_all().build();
    let spoken = runtime.expect("a runtime can be created").block_on(async {
        let server = S::start().await?;
        let mut silent = Vec::new();
        for _ in 0..SLOW {
            silent.push(watch(&server, 1).await?);
        }
        let mut speakers = Vec::new();
        for _ in 0..SPEAKERS {
            speakers.push(watch(&server, 1).await?);
        }
        for round in 0..ROUNDS {
            for _ in 0..COMMENTS {
                for speaker in &mut speakers {
                    speaker.comment("I agree").await?;
                }
            }
            for _ in 0..COMMENTS {
                publish(&server, 1, "done").await?;
            }
            let first = round * UPDATES + 1;
            for speaker in &mut speakers {
                for number in first..first + UPDATES {
                    let heard = speaker.next().await?;
                    assert_eq!(heard.number(), Some(number), "update {number}, not {heard:?}");
                }
            }
        }
        Ok::<_, Trouble>(())
    });
    spoken.unwrap_or_else(|trouble| panic!("{trouble}"));
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
