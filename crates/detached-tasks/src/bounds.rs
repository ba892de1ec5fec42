//! What may be left of sessions that have ended.

use exercise_harness::runtime::alive_tasks;
use exercise_harness::{Bound, Context};
use leak_meter::{HeapCounts, Resource};

use crate::CommentDrafts;
use crate::clock::{OVER, pass, run, write};

/// Sessions in one measurement.
const SESSIONS: u64 = 100;
/// Tasks of the service's own. Of a session that has ended, none may stay.
const SLACK_TASKS: u64 = 4;
/// Bytes that tables may have grown by: forty for each session.
const SLACK_BYTES: u64 = 4 * 1024;
/// More than waits in any queue of a sensible size.
const BURST: usize = 500;

/// People who type something and leave: their tasks end.
pub fn sessions_left<S: CommentDrafts>(_: &Context) -> Bound {
    let measured = run::<S, _>(async |service| {
        for author in 0..SESSIONS {
            let mut session = service.open(author, 1);
            write::<S>(&mut session, "on second thoughts, ").await.expect("it goes on");
            drop(session);
        }
        pass(OVER).await;
        alive_tasks()
    });
    let after = format!("{SESSIONS} authors left without submitting");
    Bound { resource: Resource::Tasks, measured, limit: SLACK_TASKS, after }
}

/// People who paste something long and are cut off while it is taken in: their memory is given
/// back, once what arrived is saved and the task is closed.
pub fn left_with_much_to_save<S: CommentDrafts>(_: &Context) -> Bound {
    let measured = run::<S, _>(async |service| {
        let half = async || {
            for author in 0..SESSIONS {
                paste_and_leave(service, author).await;
            }
            pass(OVER).await;
            service.close_task(1);
            HeapCounts::now().live_bytes()
        };
        let before = half().await;
        half().await.saturating_sub(before)
    });
    let after = format!("{SESSIONS} more authors were cut off while they pasted something long");
    Bound { resource: Resource::LiveBytes, measured, limit: SLACK_BYTES, after }
}

/// Types without a pause until the service makes the author wait, and is cut off just then.
async fn paste_and_leave<S: CommentDrafts>(service: &S, author: u64) {
    let mut session = service.open(author, 1);
    let paste = async {
        for _ in 0..BURST {
            S::write(&mut session, "pasted, ").await.expect("it goes on");
        }
    };
    // Biased, so that the typing is polled first, once, and then no more.
    tokio::select! {
        biased;
        () = paste => {}
        () = std::future::ready(()) => {}
    }
}
