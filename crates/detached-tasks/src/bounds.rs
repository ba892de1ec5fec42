//! How much may be left after sessions have ended.

use exercise_harness::runtime::alive_tasks;
use exercise_harness::{Bound, Context};
use leak_meter::{HeapCounts, Resource};

use crate::CommentDrafts;
use crate::clock::{OVER, pass, run, write};

/// The number of sessions in one measurement.
const SESSIONS: u64 = 100;
/// Tasks of the service itself. No task of a session that has ended may stay.
const SLACK_TASKS: u64 = 4;
/// The bytes by which tables may have grown: forty for each session.
const SLACK_BYTES: u64 = 4 * 1024;
/// More entries than any queue of a sensible size holds.
const BURST: usize = 500;

/// Authors type something and leave: their tasks must end.
pub fn sessions_left<S: CommentDrafts>(_: &Context) -> Bound {
    let measured = run::<S, _>(async |service| {
        for author in 0..SESSIONS {
            let mut session = service.open(author, 1);
            write::<S>(&mut session, "on second thoughts, ").await.expect("the session is open");
            drop(session);
        }
        pass(OVER).await;
        alive_tasks()
    });
    let after = format!("{SESSIONS} authors left without submitting");
    Bound { resource: Resource::Tasks, measured, limit: SLACK_TASKS, after }
}

/// Authors paste a long text and are cut off meanwhile: their memory must be freed once the
/// received text is saved and the task is closed.
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
    let after = format!("{SESSIONS} more authors were cut off while they pasted a long text");
    Bound { resource: Resource::LiveBytes, measured, limit: SLACK_BYTES, after }
}

/// Types without a pause until the service makes the author wait, and is cut off at that moment.
async fn paste_and_leave<S: CommentDrafts>(service: &S, author: u64) {
    let mut session = service.open(author, 1);
    let paste = async {
        for _ in 0..BURST {
            S::write(&mut session, "pasted, ").await.expect("the session is open");
        }
    };
    // Biased, so that the typing is polled first, and only once.
    tokio::select! {
        biased;
        () = paste => {}
        () = std::future::ready(()) => {}
    }
}
