//! How much may be left after sessions have ended.

use std::time::Duration;

use exercise_harness::runtime::alive_tasks;
use exercise_harness::{Bound, Context};
use leak_meter::{HeapCounts, Resource};

use crate::CommentDrafts;
use crate::clock::{OVER, at_once, pass, paste, run, submit, write};

/// The number of sessions in one measurement.
const SESSIONS: u64 = 100;
/// Tasks of the service itself. No task of a session that has ended may stay.
const SLACK_TASKS: u64 = 4;
/// The bytes by which tables may have grown: forty for each session.
const SLACK_BYTES: u64 = 4 * 1024;
/// More entries than any queue of a sensible size holds.
const BURST: usize = 500;
/// Longer than a session goes without being saved.
const A_WHILE: Duration = Duration::from_secs(7);

/// Authors leave, each in one of the ways in which a session can end: its tasks must end.
pub fn sessions_left<S: CommentDrafts>(_: &Context) -> Bound {
    let measured = run::<S, _>(async |service| {
        for author in 0..SESSIONS {
            let mut session = service.open(author, 1);
            match author % 6 {
                // Nothing was typed.
                0 => {}
                // It was saved before the author left.
                1 => {
                    write::<S>(&mut session, "well, ").await.expect("the session is open");
                    pass(A_WHILE).await;
                }
                // It was typed just now.
                2 => write::<S>(&mut session, "but ").await.expect("the session is open"),
                // The connection breaks off while the author types.
                3 => drop(paste::<S>(&mut session, "pasted, ", BURST).await),
                // The connection breaks off while the draft is submitted.
                4 => {
                    paste::<S>(&mut session, "pasted, ", BURST).await;
                    at_once(S::submit(session)).await;
                    continue;
                }
                _ => {
                    submit::<S>(session).await.expect("the session is open");
                    continue;
                }
            }
            drop(session);
        }
        pass(OVER).await;
        alive_tasks()
    });
    let after = format!("{SESSIONS} authors left, each in one of six ways");
    Bound { resource: Resource::Tasks, measured, limit: SLACK_TASKS, after }
}

/// Authors paste a long text and are cut off meanwhile: their memory must be freed once the
/// received text is saved and the task is closed.
pub fn left_with_much_to_save<S: CommentDrafts>(_: &Context) -> Bound {
    let measured = run::<S, _>(async |service| {
        let half = async || {
            for author in 0..SESSIONS {
                paste::<S>(&mut service.open(author, 1), "pasted, ", BURST).await;
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
