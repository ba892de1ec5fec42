//! The workload of the soak: busy moments, one after the other.

use std::time::Duration;

use exercise_harness::Context;
use exercise_harness::runtime::{Clock, block_on, within};
use fastrand::Rng;
use futures::future::join_all;
use leak_meter::{Operation, Report};
use tokio::time::{Instant, sleep_until};

use crate::requests::{ANSWERED, AT_ONCE, change_many};
use crate::services::STRANGER;
use crate::{AuditTrail, Refused, Services};

/// The length of a moment, in which the archive stores a batch.
const MOMENT: Duration = Duration::from_millis(500);
/// Changes in a moment.
const CHANGES: u64 = 60;
/// All tasks, and all users.
const TASKS: u64 = 40;
const USERS: u64 = 300;
/// The length of a text, in bytes.
const LENGTH: std::ops::RangeInclusive<usize> = 300..=500;
/// Requests of a rush before the first moment.
const RUSH: u64 = 2_000;

/// Runs many busy moments and measures what they leave behind. Before the first, the archive is down
/// during a rush, so that as many changes wait for it as ever may.
pub fn growth<S: AuditTrail>(context: &Context) -> Report {
    block_on(Clock::Paused, async {
        let services = Services::new();
        let service = S::start(services.clone());
        let down = services.take_down().await;
        change_many(&service, RUSH, TASKS, *LENGTH.end(), AT_ONCE).await;
        drop(down);
        context.async_soak().run_async(async |operation| moment(&service, operation).await).await
    })
}

/// One moment: users change tasks, all at once, and wait for the answers. Each is accepted or refused, within
/// a minute.
async fn moment<S: AuditTrail>(service: &S, operation: Operation) -> Result<(), String> {
    let ends = Instant::now() + MOMENT;
    let mut rng = Rng::with_seed(operation.seed());
    let changes = (0..CHANGES).map(|_| {
        let (user, task) = (STRANGER + rng.u64(1..=USERS), rng.u64(0..TASKS));
        let text: String = (0..rng.usize(LENGTH)).map(|_| rng.alphabetic()).collect();
        async move {
            let change = service.change(user, task, &text);
            within(ANSWERED, "the answer to a change", change).await
        }
    });
    for answer in join_all(changes).await {
        // Whether it was accepted is the service's decision.
        let _: Result<u64, Refused> = answer.map_err(|late| late.to_string())?;
    }
    if service.change(STRANGER, 0, "a stranger was here").await.is_ok() {
        return Err("a stranger changed a task".to_owned());
    }
    sleep_until(ends).await;
    Ok(())
}
