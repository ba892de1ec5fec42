//! The workload of the soak: tasks are opened, commented on, watched, and closed again.

use exercise_harness::Context;
use fastrand::Rng;
use leak_meter::{Operation, Report};

use crate::TaskNotifications;

/// A task is closed as stale after one day without a comment.
const STALE_AFTER_DAYS: u32 = 1;

/// Opens and closes many tasks and measures what they leave behind.
pub fn growth<S: TaskNotifications>(context: &Context) -> Report {
    let mut service = S::start(STALE_AFTER_DAYS);
    context.soak().run(|operation| two_tasks(&mut service, operation))
}

/// Two tasks from opening to closing: one is done, one is forgotten and becomes stale.
///
/// The operation's number decides how many comments there are and who asks for digests, so that
/// every round has the same mix. Chance decides when pages are refreshed and the task is closed.
fn two_tasks<S: TaskNotifications>(service: &mut S, operation: Operation) {
    let mut rng = Rng::with_seed(operation.seed());
    let number = operation.number();
    let (done, forgotten) = (2 * number, 2 * number + 1);

    service.open_task(done, "Publish the release notes with the release");
    service.open_task(forgotten, "Find out who still uses the old export");
    let pages: Vec<u64> = (0..rng.u32(1..=2)).filter_map(|_| service.open_page(done)).collect();
    for reader in [8, 9].into_iter().take(DIGESTS[at(number, DIGESTS.len())]) {
        service.request_digest(done, reader);
    }
    if number.is_multiple_of(4) {
        service.request_digest(forgotten, 8);
    }

    talk(service, done, 1 + at(number, 4));
    talk(service, forgotten, 1 + at(number, 2));
    for page in pages {
        if rng.bool() {
            service.refresh_page(page);
        }
        service.close_page(page);
    }
    if number.is_multiple_of(2) {
        service.mark_read(done, 8);
    }

    service.end_day();
    if rng.u32(0..4) == 0 {
        service.close_task(done);
    }
    service.deliver();
    service.close_task(done);
    service.end_day();
}

/// How many readers ask for a digest of the task that gets done, in successive operations.
const DIGESTS: [usize; 5] = [1, 0, 2, 1, 1];

const COMMENT: &str = "The draft is in the shared folder. Who can look at it today, so that it \
    goes out with the next build? The part on the new filters still needs an example.";
const REPLY: &str = "Not before Thursday, I am afraid; but I have read the first half, and apart \
    from two typing errors there is nothing that I would change.";

/// One thread with replies.
fn talk<S: TaskNotifications>(service: &mut S, task: u64, replies: usize) {
    if let Some(thread) = service.comment(task, 7, COMMENT) {
        for _ in 0..replies {
            service.reply(task, thread, 8, REPLY);
        }
    }
}

/// The place of an operation in a cycle of `length`.
fn at(number: u64, length: usize) -> usize {
    usize::try_from(number % length as u64).expect("a place in a cycle is small")
}
