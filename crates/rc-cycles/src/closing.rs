//! What readers and pages must receive when tasks are closed, and opened again.

use exercise_harness::Context;

use crate::TaskNotifications;
use crate::behaviours::{AUTHOR, READER, TASK, letters_of_the_day, start};

/// A closed page, or a page of a closed task, does no harm.
pub fn closed_page_hears_nothing<S: TaskNotifications>(_: &Context) {
    let mut service: S = start();
    let closed = service.open_page(TASK).expect("an open task can be shown");
    let left_open = service.open_page(TASK).expect("a task can be shown twice");
    service.comment(TASK, AUTHOR, "the last word");
    service.close_page(closed);
    service.close_page(closed);
    assert!(service.refresh_page(closed).is_empty(), "a closed page shows nothing");

    service.close_task(TASK);
    assert_eq!(service.refresh_page(left_open), ["7: the last word"]);
    service.close_page(left_open);
    assert_eq!(service.open_page(TASK), None, "a closed task cannot be shown");
    assert_eq!(service.comment(TASK, AUTHOR, "hello?"), None, "a closed task takes no comments");
}

/// Comments reach their reader even if the task is closed by hand before the letter is sent.
pub fn letter_outlives_its_task<S: TaskNotifications>(_: &Context) {
    let mut service: S = start();
    service.request_digest(TASK, READER);
    service.comment(TASK, AUTHOR, "done, and swept");
    service.end_day();
    service.close_task(TASK);

    let letters = service.deliver();
    assert_eq!(letters.len(), 1, "the letter was due before the task was closed");
    assert_eq!(letters[0].lines, ["7: done, and swept"]);
    assert!(letters_of_the_day(&mut service).is_empty(), "a closed task has no more letters");
}

/// Comments reach their reader even if the task becomes stale before the letter is sent.
pub fn letter_outlives_its_stale_task<S: TaskNotifications>(_: &Context) {
    let mut service = S::start(1);
    service.open_task(TASK, "Paint the shed");
    service.request_digest(TASK, READER);
    service.request_digest(TASK, READER + 1);
    service.comment(TASK, AUTHOR, "to be done in spring");
    service.end_day();
    service.end_day();
    assert_eq!(service.open_page(TASK), None, "a silent day closes the task");

    let letters = service.deliver();
    assert_eq!(letters.len(), 2, "the letters were due before the task was closed");
    for letter in letters {
        assert_eq!(letter.lines, ["7: to be done in spring"]);
    }
}

/// Whole days without a comment close a task; a comment keeps it open.
pub fn stale_task_is_closed<S: TaskNotifications>(_: &Context) {
    let mut service = S::start(2);
    service.open_task(TASK, "Paint the shed");
    service.request_digest(TASK, READER);
    service.end_day();
    service.end_day();
    service.comment(TASK, AUTHOR, "still alive").expect("one silent day is not enough");
    assert_eq!(letters_of_the_day(&mut service).len(), 1, "an open task still sends letters");
    service.end_day();
    assert!(service.open_page(TASK).is_some(), "one silent day is not enough");
    service.end_day();
    assert_eq!(service.open_page(TASK), None, "two silent days close the task");
}

/// The configured number of days counts, however large it is.
pub fn long_silence_is_allowed<S: TaskNotifications>(_: &Context) {
    const LIMIT: u32 = 100_000;
    let mut service = S::start(LIMIT);
    service.open_task(TASK, "Paint the shed");
    (0..LIMIT).for_each(|_| service.end_day());
    assert!(service.open_page(TASK).is_some(), "a day before the limit");
    service.end_day();
    assert_eq!(service.open_page(TASK), None, "at the limit");
}

/// A number that is used again names a new task, which inherits nothing from the old one.
pub fn reopened_task_starts_afresh<S: TaskNotifications>(_: &Context) {
    let mut service: S = start();
    let page = service.open_page(TASK).expect("an open task can be shown");
    service.request_digest(TASK, READER);
    service.comment(TASK, AUTHOR, "old");
    service.open_task(TASK, "Opening an open task changes nothing");
    assert_eq!(service.messages(TASK, 0), ["old"]);

    service.close_task(TASK);
    service.open_task(TASK, "Paint the fence");
    service.comment(TASK, AUTHOR, "new");
    assert_eq!(service.refresh_page(page), ["7: old"], "the page shows the old task");
    let letters = letters_of_the_day(&mut service);
    assert!(letters.is_empty(), "nobody asked for letters about the new task: {letters:?}");
}

/// A reader may ask for letters about the new task as well.
pub fn reopened_task_has_letters<S: TaskNotifications>(_: &Context) {
    let mut service: S = start();
    for (title, line) in
        [("Paint the shed", "blue?"), ("Paint it again", "red?"), ("And again", "no!")]
    {
        service.open_task(TASK, title);
        service.request_digest(TASK, READER);
        service.comment(TASK, AUTHOR, line);
        let letters = letters_of_the_day(&mut service);
        assert_eq!(letters.len(), 1, "{title}: the reader asked for a letter");
        assert_eq!(letters[0].lines, [format!("7: {line}")]);
        assert!(letters[0].subject.contains(title), "the subject names the task: {letters:?}");
        service.close_task(TASK);
    }
}

/// Closing a page of the old task affects no page and no reader of the new one.
pub fn old_page_leaves_the_new_task<S: TaskNotifications>(_: &Context) {
    let mut service: S = start();
    let old = [service.open_page(TASK), service.open_page(TASK)].map(Option::unwrap);
    service.close_task(TASK);
    service.open_task(TASK, "Paint the fence");
    let page = service.open_page(TASK).expect("an open task can be shown");
    service.request_digest(TASK, READER);
    for old in old {
        service.close_page(old);
    }
    service.comment(TASK, AUTHOR, "new");
    assert_eq!(service.refresh_page(page), ["7: new"], "the new page is open");
    assert_eq!(letters_of_the_day(&mut service).len(), 1, "the new task has its letter");
}
