//! What a task costs among many others, and what an open task gathers.

use exercise_harness::{Context, cost, retained};
use leak_meter::HeapCounts;

use crate::TaskNotifications;
use crate::behaviours::{AUTHOR, NEVER_STALE, READER, TASK, letters_of_the_day, start};

/// However long the discussion of a task is, all of it is shown, sent and kept.
pub fn long_talk_is_whole<S: TaskNotifications>(_: &Context) {
    const REPLIES: usize = 5_000;
    let mut service: S = start();
    service.request_digest(TASK, READER);
    let page = service.open_page(TASK).expect("an open task can be shown");
    let thread = service.comment(TASK, AUTHOR, "red?").expect("an open task takes comments");
    (0..REPLIES).for_each(|number| service.reply(TASK, thread, AUTHOR, &number.to_string()));
    assert_eq!(service.refresh_page(page).len(), 1 + REPLIES, "comments on the page");
    let letters = letters_of_the_day(&mut service);
    assert_eq!(letters[0].lines.len(), 1 + REPLIES, "comments in the letter");
    assert_eq!(service.messages(TASK, thread).len(), 1 + REPLIES, "messages of the thread");
}

/// Every open task has its pages and letters, however many there are.
pub fn many_tasks_are_open<S: TaskNotifications>(_: &Context) {
    const TASKS: u64 = 20_000;
    let mut service = S::start(NEVER_STALE);
    let pages: Vec<u64> = (0..TASKS)
        .filter_map(|task| {
            service.open_task(task, "Order new chairs");
            service.request_digest(task, READER);
            service.open_page(task)
        })
        .collect();
    for task in 0..TASKS {
        service.comment(task, AUTHOR, "Who needs one?");
    }
    let silent = pages.into_iter().filter(|page| service.refresh_page(*page).is_empty());
    assert_eq!(silent.count(), 0, "pages that missed the comment");
    assert_eq!(letters_of_the_day(&mut service).len() as u64, TASKS, "letters of the day");
}

/// How many times as much a task may cost among many. If it costs a step for each other task, that is
/// hundreds of times as much.
const MOST: f64 = 25.0;

/// A task costs the same, however many others are open.
pub fn task_is_as_quick_among_many<S: TaskNotifications>(_: &Context) {
    let mut few = with_tasks::<S>(5);
    let mut many = with_tasks::<S>(2_000);
    let ratio = cost::ratio(|| open_and_close(&mut few), || open_and_close(&mut many));
    assert!(
        ratio <= MOST,
        "a task that is opened, commented on and closed takes {ratio:.0} times as long among 2000 \
         others as among 5"
    );
}

/// Notifications with open tasks, each with a comment, a page and a digest.
fn with_tasks<S: TaskNotifications>(tasks: u64) -> S {
    let mut service = S::start(NEVER_STALE);
    for task in 0..tasks {
        service.open_task(1_000 + task, "Order new chairs");
        service.request_digest(1_000 + task, READER);
        service.open_page(1_000 + task);
        service.comment(1_000 + task, AUTHOR, "Who needs one?");
    }
    service.end_day();
    service.deliver();
    service
}

fn open_and_close<S: TaskNotifications>(service: &mut S) {
    for task in 0..20 {
        service.open_task(task, "Paint the shed");
        service.request_digest(task, READER);
        let page = service.open_page(task).expect("an open task can be shown");
        let thread = service.comment(task, AUTHOR, "red?").expect("an open task takes comments");
        service.reply(task, thread, READER, "green!");
        service.mark_read(task, READER);
        service.refresh_page(page);
        service.close_page(page);
        service.close_task(task);
    }
}

/// The repetitions in each half of a measurement.
const TIMES: u64 = 2_000;
/// The bytes by which tables may have grown: less than ten for each repetition.
const SLACK: u64 = 16 * 1024;

/// Pages that come and go, and days that pass, leave nothing behind on an open task.
pub fn open_task_gathers_nothing<S: TaskNotifications>(_: &Context) {
    let mut service = S::start(u32::MAX);
    service.open_task(TASK, "Paint the shed");
    service.request_digest(TASK, READER);
    let thread = service.comment(TASK, AUTHOR, "red?").expect("an open task takes comments");
    assert_leaves_nothing("pages and days on an open task", |number| {
        let page = service.open_page(TASK).expect("an open task can be shown");
        service.mark_read(TASK, READER);
        // Comments stay with their task, so there are few.
        if number % 100 == 0 {
            service.reply(TASK, thread, READER, "green!");
        }
        service.refresh_page(page);
        service.close_page(page);
        service.end_day();
        service.deliver();
    });
}

/// Calls that name tasks, pages and threads that do not exist leave nothing behind.
pub fn unknown_numbers_leave_nothing<S: TaskNotifications>(_: &Context) {
    let mut service: S = start();
    let closed = TASK + 1;
    assert_leaves_nothing("calls with unknown numbers", |number| {
        service.open_task(closed, "Paint the fence");
        service.close_task(closed);
        for task in [closed, closed + 1 + number] {
            assert_eq!(service.open_page(task), None, "the task is not open");
            assert_eq!(service.comment(task, AUTHOR, "hello?"), None, "the task is not open");
            service.request_digest(task, READER);
            service.reply(task, 0, AUTHOR, "hello?");
            service.mark_read(task, READER);
            service.close_task(task);
        }
        service.reply(TASK, 10, AUTHOR, "hello?");
        assert!(service.messages(TASK, 10).is_empty(), "there is no such thread");
        service.refresh_page(number);
        service.close_page(number);
    });
}

fn assert_leaves_nothing(what: &str, mut work: impl FnMut(u64)) {
    retained::assert_at_most(SLACK, TIMES, what, |numbers| {
        numbers.for_each(&mut work);
        HeapCounts::now().live_bytes()
    });
}
