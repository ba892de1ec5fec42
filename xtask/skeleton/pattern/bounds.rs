//! How much memory the notes may hold after their tasks have ended.

use exercise_harness::{Bound, Context};
use leak_meter::{HeapCounts, Resource};

use crate::TaskNotes;

/// Tasks that are opened and cancelled, one at a time.
const TASKS: u64 = 20_000;
/// Bytes that an empty table may keep allocated.
const SLACK: u64 = 4_000;

/// TO WRITE: a bound for a resource of your own service after much work. Cancelled tasks leave no
/// note.
pub fn cancelled_tasks<S: TaskNotes>(_: &Context) -> Bound {
    let before = HeapCounts::now().live_bytes();
    let mut service = S::start();
    for task in 0..TASKS {
        service.open(task, "Order new chairs");
        service.cancel(task);
    }
    let measured = HeapCounts::now().live_bytes().saturating_sub(before);
    drop(service);
    let after = format!("{TASKS} tasks that were opened and cancelled");
    Bound { resource: Resource::LiveBytes, measured, limit: SLACK, after }
}
