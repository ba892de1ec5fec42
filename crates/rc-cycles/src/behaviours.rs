//! What pages and readers must receive, however the notifications are implemented.

use exercise_harness::Context;

use crate::{Letter, TaskNotifications};

/// The task in most checks.
pub const TASK: u64 = 12;
/// The user who comments, and the user who reads.
pub const AUTHOR: u32 = 7;
pub const READER: u32 = 8;
/// More days than any check lasts.
pub const NEVER_STALE: u32 = 1_000;

pub fn start<S: TaskNotifications>() -> S {
    let mut service = S::start(NEVER_STALE);
    service.open_task(TASK, "Paint the shed");
    service
}

/// Ends the day and takes the letters to the reader.
pub fn letters_of_the_day<S: TaskNotifications>(service: &mut S) -> Vec<Letter> {
    service.end_day();
    service.deliver()
}

/// A page shows comments and replies, each once.
pub fn open_page_hears_every_comment<S: TaskNotifications>(_: &Context) {
    let mut service: S = start();
    service.comment(TASK, AUTHOR, "before the page was opened");
    let page = service.open_page(TASK).expect("an open task can be shown");
    let other = service.open_page(TASK).expect("a task can be shown twice");

    let thread = service.comment(TASK, AUTHOR, "red?").expect("an open task takes comments");
    service.reply(TASK, thread, READER, "green!");
    service.close_page(other);
    service.reply(TASK, thread, AUTHOR, "so be it");

    let shown = service.refresh_page(page);
    assert_eq!(shown, ["7: red?", "8: green!", "7: so be it"]);
    assert!(service.refresh_page(page).is_empty(), "a page shows each comment once");
}

/// Each thread keeps its own messages.
pub fn thread_keeps_its_messages<S: TaskNotifications>(_: &Context) {
    let mut service: S = start();
    let first = service.comment(TASK, AUTHOR, "colour?").expect("an open task takes comments");
    let second = service.comment(TASK, AUTHOR, "brush?").expect("an open task takes comments");
    service.reply(TASK, first, READER, "green");
    service.reply(TASK, second, READER, "the wide one");

    for _ in 0..3 {
        assert_eq!(service.messages(TASK, first), ["colour?", "green"]);
        assert_eq!(service.messages(TASK, second), ["brush?", "the wide one"]);
        letters_of_the_day(&mut service);
    }
}

/// After one request a reader gets the letter, and the caller need not hold anything for it.
pub fn digest_is_sent_unattended<S: TaskNotifications>(_: &Context) {
    let mut service: S = start();
    service.request_digest(TASK, READER);
    service.request_digest(TASK, READER + 1);
    service.comment(TASK, AUTHOR, "the paint is here");

    let letters = letters_of_the_day(&mut service);
    let mut readers: Vec<u32> = letters.iter().map(|letter| letter.reader).collect();
    readers.sort_unstable();
    assert_eq!(readers, [READER, READER + 1], "each reader gets a letter");
    for letter in letters {
        assert_eq!(letter.lines, ["7: the paint is here"]);
        assert!(letter.subject.contains("Paint the shed"), "the subject names the task");
    }
}

/// Each day with comments has a letter, a quiet day has none, and no comment is in two letters.
pub fn digest_is_sent_every_day<S: TaskNotifications>(_: &Context) {
    let mut service: S = start();
    service.request_digest(TASK, READER);

    for day in ["Monday", "Tuesday", "Wednesday"] {
        service.comment(TASK, AUTHOR, day);
        let letters = letters_of_the_day(&mut service);
        assert_eq!(letters.len(), 1, "{day}'s letter is sent, once");
        assert_eq!(letters[0].lines, [format!("7: {day}")]);
        assert!(letters_of_the_day(&mut service).is_empty(), "a quiet day has no letter");
    }

    service.comment(TASK, AUTHOR, "Thursday");
    service.end_day();
    service.comment(TASK, AUTHOR, "Friday");
    service.end_day();
    let lines: Vec<String> =
        service.deliver().into_iter().flat_map(|letter| letter.lines).collect();
    assert_eq!(lines, ["7: Thursday", "7: Friday"], "letters sent late lose no comments");
}

/// The number of unread comments is counted at the end of the day, not earlier.
pub fn digest_counts_the_unread<S: TaskNotifications>(_: &Context) {
    let mut service: S = start();
    service.comment(TASK, AUTHOR, "before the digest was asked for");
    service.request_digest(TASK, READER);
    service.comment(TASK, AUTHOR, "one");
    service.comment(TASK, AUTHOR, "two");
    assert_eq!(unread_in_the_letter(&mut service), 3, "nothing has been read yet");

    service.comment(TASK, AUTHOR, "three");
    service.mark_read(TASK, READER);
    service.mark_read(TASK, READER + 1);
    assert_eq!(unread_in_the_letter(&mut service), 0, "everything has been read meanwhile");

    service.comment(TASK, AUTHOR, "four");
    service.mark_read(TASK, READER);
    service.comment(TASK, AUTHOR, "five");
    assert_eq!(unread_in_the_letter(&mut service), 1, "one comment came after the reading");
}

fn unread_in_the_letter<S: TaskNotifications>(service: &mut S) -> usize {
    let letters = letters_of_the_day(service);
    assert_eq!(letters.len(), 1, "the day has one letter");
    letters[0].unread
}
