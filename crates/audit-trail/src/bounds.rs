//! How much may wait for the archive.

use std::time::Duration;

use exercise_harness::{Bound, Context, units};
use leak_meter::{HeapCounts, Resource};
use tokio::time::{Instant, sleep_until};

use crate::AuditTrail;
use crate::requests::{ANSWERED, AT_ONCE, change_many, run};

/// Accepted changes that may be on their way to the archive.
const ON_THEIR_WAY: u64 = 1_000;
/// Requests at once, and how often.
const RUSH: u64 = 2_000;
const RUSHES: u64 = 3;
/// The length of a text, in bytes, and what a record of it may take, with the room for the next one.
const LENGTH: usize = 1_000;
const RECORD: u64 = 2_000;
/// The tasks that changes are about.
const TASKS: u64 = 30;
/// Changes in half a second, of which the archive stores 50.
const BUSY: u64 = 180;
/// The blocks that a record may take.
const BLOCKS: u64 = 3;

/// The archive is down, and users go on: what is accepted meanwhile must be limited.
pub fn archive_is_down<S: AuditTrail>(_: &Context) -> Bound {
    let measured = run::<S, _>(async |service, services| {
        change_many(&service, 1, TASKS, LENGTH, ANSWERED).await;
        let before = HeapCounts::now().live_bytes();
        let down = services.take_down().await;
        for _ in 0..RUSHES {
            change_many(&service, RUSH, TASKS, LENGTH, AT_ONCE).await;
        }
        let measured = HeapCounts::now().live_bytes().saturating_sub(before);
        drop(down);
        measured
    });
    let changes = units::count(RUSHES * RUSH);
    Bound {
        resource: Resource::LiveBytes,
        measured,
        limit: ON_THEIR_WAY * RECORD,
        after: format!("{changes} changes of 1 kB while the archive was down"),
    }
}

/// In a busy minute there are more changes than the archive can store: what waits must be limited.
pub fn busy_minute<S: AuditTrail>(_: &Context) -> Bound {
    let moment = Duration::from_millis(500);
    let measured = run::<S, _>(async |service, _| {
        change_many(&service, 1, TASKS, 20, ANSWERED).await;
        let before = HeapCounts::now().live_blocks();
        for _ in 0..120 {
            let ends = Instant::now() + moment;
            change_many(&service, BUSY, TASKS, 20, ANSWERED).await;
            sleep_until(ends).await;
        }
        HeapCounts::now().live_blocks().saturating_sub(before)
    });
    Bound {
        resource: Resource::LiveBlocks,
        measured,
        limit: ON_THEIR_WAY * BLOCKS,
        after: format!("{} changes in a busy minute", units::count(120 * BUSY)),
    }
}
