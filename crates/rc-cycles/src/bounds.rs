//! How much the notifications may hold once their tasks are closed.

use exercise_harness::{Bound, Context, retained};
use leak_meter::{HeapCounts, Resource};

use crate::TaskNotifications;

/// The number of tasks in each half of a measurement.
const TASKS: u64 = 2_000;

/// The bytes by which tables may have grown: less than five for each task. Nothing of a task may stay.
const SLACK: u64 = 8 * 1024;

/// Closes tasks with digests by hand.
pub fn closed_tasks<S: TaskNotifications>(_: &Context) -> Bound {
    let mut service = S::start(30);
    bytes_left(format!("{TASKS} tasks with a digest were done and closed"), |task| {
        open_with_digest(&mut service, task);
        service.end_day();
        service.deliver();
        service.close_task(task);
    })
}

/// Leaves tasks with digests until they become stale.
pub fn stale_tasks<S: TaskNotifications>(_: &Context) -> Bound {
    let mut service = S::start(1);
    bytes_left(format!("{TASKS} tasks with a digest became stale"), |task| {
        open_with_digest(&mut service, task);
        service.end_day();
        service.deliver();
        service.end_day();
    })
}

/// Closes tasks that are still shown, by hand or as stale in turn, and their pages after them.
pub fn pages_closed_last<S: TaskNotifications>(_: &Context) -> Bound {
    let mut service = S::start(1);
    bytes_left(format!("{TASKS} tasks with a digest were closed before their pages"), |task| {
        open_with_digest(&mut service, task);
        let pages = [service.open_page(task), service.open_page(task)];
        service.end_day();
        service.deliver();
        if task.is_multiple_of(2) {
            service.close_task(task);
        } else {
            service.end_day();
        }
        pages.into_iter().flatten().for_each(|page| service.close_page(page));
    })
}

/// Closes tasks whose letters are taken later, by hand or as stale in turn.
pub fn letters_taken_last<S: TaskNotifications>(_: &Context) -> Bound {
    let mut service = S::start(1);
    bytes_left(format!("{TASKS} tasks with a digest were closed before their letters"), |task| {
        open_with_digest(&mut service, task);
        service.request_digest(task, 2);
        service.end_day();
        if task.is_multiple_of(2) {
            service.close_task(task);
        } else {
            service.end_day();
        }
        service.deliver();
    })
}

fn open_with_digest<S: TaskNotifications>(service: &mut S, task: u64) {
    service.open_task(task, "Order new chairs");
    service.request_digest(task, 1);
    service.comment(task, 2, "Who needs one?");
}

/// The bytes that the second half of the work leaves in addition to those of the first half.
fn bytes_left(after: String, mut work: impl FnMut(u64)) -> Bound {
    let measured = retained::in_second_half(TASKS, |numbers| {
        numbers.for_each(&mut work);
        HeapCounts::now().live_bytes()
    });
    Bound { resource: Resource::LiveBytes, measured, limit: SLACK, after }
}
