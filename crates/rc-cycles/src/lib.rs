//! Task notifications: comments on tasks, shown on open pages at once, and sent in one letter a day.
//!
//! - `workload`: the life of two tasks, from opening to closing, for the soak
//! - `behaviours`: what readers and pages must receive
//! - `closing`: the same for tasks that are closed, and opened again
//! - `busy`: what a task costs among many others, and what an open task gathers
//! - `bounds`: how much the notifications may hold once their tasks are closed
//!
//! [`TaskNotifications`] is the contract. An implementation is free in everything else.

mod behaviours;
mod bounds;
mod busy;
mod closing;
mod workload;

use std::process::ExitCode;

use exercise_harness::Suite;

/// Notifications of comments on tasks: on open pages at once, to other readers in one letter a day.
///
/// The caller chooses the numbers of tasks, readers and authors; a task's number may be used again
/// after the task was closed. A call that names a task that is not open, a page that is not open or a
/// thread that does not exist does nothing and leaves nothing behind. Opening a task, commenting on it
/// and closing it take no longer if there are many others.
pub trait TaskNotifications: Sized + 'static {
    /// Creates notifications that close a task as stale at the end of a day if it has had no comment
    /// for `stale_after_days` whole days before (the day on which it was opened does not count).
    fn start(stale_after_days: u32) -> Self;

    /// Opens a task, unless it is open.
    fn open_task(&mut self, task: u64, title: &str);

    /// Closes a task: its memory is held no longer than its open pages and waiting letters need it, in
    /// whichever order these end.
    fn close_task(&mut self, task: u64);

    /// Shows a task on a page. Returns a number for the page.
    fn open_page(&mut self, task: u64) -> Option<u64>;

    /// The comments since the last call for this page, each as `author: text`, in order.
    fn refresh_page(&mut self, page: u64) -> Vec<String>;

    /// Closes a page, before or after its task.
    fn close_page(&mut self, page: u64);

    /// From now until the task is closed, sends `reader` a letter on each day with comments on it.
    /// The caller need not hold anything for that.
    fn request_digest(&mut self, task: u64, reader: u32);

    /// Starts a thread with a comment. Returns the thread's number within its task.
    fn comment(&mut self, task: u64, author: u32, text: &str) -> Option<usize>;

    /// Adds a reply to a thread.
    fn reply(&mut self, task: u64, thread: usize, author: u32, text: &str);

    /// The messages of a thread, in order.
    fn messages(&self, task: u64, thread: usize) -> Vec<String>;

    /// Marks everything on the task so far as read by `reader`.
    fn mark_read(&mut self, task: u64, reader: u32);

    /// Ends the day: letters become due, and stale tasks are closed.
    fn end_day(&mut self);

    /// Takes the letters that are due, each once, including those of tasks that have been closed
    /// since, by hand or as stale.
    fn deliver(&mut self) -> Vec<Letter>;
}

/// A letter about one task to one reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Its recipient.
    pub reader: u32,
    /// Contains the title of the task.
    pub subject: String,
    /// The comments since the previous letter, each as `author: text`, in order.
    pub lines: Vec<String>,
    /// How many comments on the task the reader had not marked as read at the end of the day or
    /// later. For a task that was closed meanwhile, it may be any number.
    pub unread: usize,
}

/// The entry point of a version's memory test.
pub fn main<S: TaskNotifications>() -> ExitCode {
    Suite::new("rc-cycles", include_str!("../exercise.toml"))
        .behaviour("open_page_hears_every_comment", behaviours::open_page_hears_every_comment::<S>)
        .behaviour("closed_page_hears_nothing", closing::closed_page_hears_nothing::<S>)
        .behaviour("thread_keeps_its_messages", behaviours::thread_keeps_its_messages::<S>)
        .behaviour("digest_is_sent_unattended", behaviours::digest_is_sent_unattended::<S>)
        .behaviour("digest_is_sent_every_day", behaviours::digest_is_sent_every_day::<S>)
        .behaviour("digest_counts_the_unread", behaviours::digest_counts_the_unread::<S>)
        .behaviour("letter_outlives_its_task", closing::letter_outlives_its_task::<S>)
        .behaviour("letter_outlives_its_stale_task", closing::letter_outlives_its_stale_task::<S>)
        .behaviour("stale_task_is_closed", closing::stale_task_is_closed::<S>)
        .behaviour("long_silence_is_allowed", closing::long_silence_is_allowed::<S>)
        .behaviour("reopened_task_starts_afresh", closing::reopened_task_starts_afresh::<S>)
        .behaviour("reopened_task_has_letters", closing::reopened_task_has_letters::<S>)
        .behaviour("old_page_leaves_the_new_task", closing::old_page_leaves_the_new_task::<S>)
        .behaviour("long_talk_is_whole", busy::long_talk_is_whole::<S>)
        .behaviour("many_tasks_are_open", busy::many_tasks_are_open::<S>)
        .behaviour("task_is_as_quick_among_many", busy::task_is_as_quick_among_many::<S>)
        .behaviour("open_task_gathers_nothing", busy::open_task_gathers_nothing::<S>)
        .behaviour("unknown_numbers_leave_nothing", busy::unknown_numbers_leave_nothing::<S>)
        .growth(workload::growth::<S>)
        .bound("closed_tasks", bounds::closed_tasks::<S>)
        .bound("stale_tasks", bounds::stale_tasks::<S>)
        .bound("pages_closed_last", bounds::pages_closed_last::<S>)
        .bound("letters_taken_last", bounds::letters_taken_last::<S>)
        .main()
}
