//! Leak pattern: objects that own each other.
//!
//! `Rc` and `Arc` free a value when its last owner goes. Two values that own each other are each
//! other's last owner: once nobody else holds them, they are out of reach and stay for ever. Rust
//! has no collector that would look for such rings, and calls the leak safe.
//!
//! - `workload`: the life of a few tasks, from the first comment to the end, for the soak
//! - `behaviours`: what readers and pages must get
//! - `bounds`: what the notifications may hold once their tasks are closed
//!
//! [`TaskNotifications`] is the contract: whatever implements it may be built as it likes.

mod behaviours;
mod bounds;
mod workload;

use std::process::ExitCode;

use exercise_harness::Suite;

/// Notifications of what is said on tasks: on open pages at once, to other readers in a letter a
/// day.
///
/// Tasks, readers and authors are known by numbers that the caller chooses; a task's number may be
/// used again after it was closed. What names a task that is not open does nothing.
pub trait TaskNotifications: Sized + 'static {
    /// Notifications in which a task is closed as stale at the end of a day when nothing was said
    /// on it for `stale_after_days` whole days before (the day on which it was opened is none).
    fn start(stale_after_days: u32) -> Self;

    /// Opens a task, unless it is open.
    fn open_task(&mut self, task: u64, title: &str);

    /// Closes a task: nothing of it is held any longer than its open pages and the letters that
    /// wait need it.
    fn close_task(&mut self, task: u64);

    /// Shows a task on a page. Returns a number for the page.
    fn open_page(&mut self, task: u64) -> Option<u64>;

    /// What was said since the page was last asked, each as `author: text`, in order.
    fn refresh_page(&mut self, page: u64) -> Vec<String>;

    /// Ends a page.
    fn close_page(&mut self, page: u64);

    /// From now until the task is closed, sends `reader` a letter on each day on which something
    /// is said on it. Nobody has to hold on to anything for that.
    fn request_digest(&mut self, task: u64, reader: u32);

    /// Starts a thread with a comment. Returns the thread's number within its task.
    fn comment(&mut self, task: u64, author: u32, text: &str) -> Option<usize>;

    /// Says something in a thread.
    fn reply(&mut self, task: u64, thread: usize, author: u32, text: &str);

    /// What was said in a thread, in order.
    fn messages(&self, task: u64, thread: usize) -> Vec<String>;

    /// `reader` has read all that was said on the task so far.
    fn mark_read(&mut self, task: u64, reader: u32);

    /// Ends the day: letters become due, stale tasks are closed.
    fn end_day(&mut self);

    /// The letters that are due, each once; also those of tasks that were closed since they became
    /// due.
    fn deliver(&mut self) -> Vec<Letter>;
}

/// A letter about one task to one reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// To whom it goes.
    pub reader: u32,
    /// Names the task by its title.
    pub subject: String,
    /// What was said since the letter before, each as `author: text`, in order.
    pub lines: Vec<String>,
    /// How much was said on the task that the reader had not marked read at the end of the day or
    /// later. Of a task that was closed meanwhile it may be anything: there is nothing to read.
    pub unread: usize,
}

/// The entry of a version's memory test.
pub fn main<S: TaskNotifications>() -> ExitCode {
    Suite::new("rc-cycles", include_str!("../exercise.toml"))
        .behaviour("open_page_hears_every_comment", behaviours::open_page_hears_every_comment::<S>)
        .behaviour("closed_page_hears_nothing", behaviours::closed_page_hears_nothing::<S>)
        .behaviour("thread_keeps_its_messages", behaviours::thread_keeps_its_messages::<S>)
        .behaviour("digest_is_sent_unattended", behaviours::digest_is_sent_unattended::<S>)
        .behaviour("digest_is_sent_every_day", behaviours::digest_is_sent_every_day::<S>)
        .behaviour("digest_counts_the_unread", behaviours::digest_counts_the_unread::<S>)
        .behaviour("letter_outlives_its_task", behaviours::letter_outlives_its_task::<S>)
        .behaviour("stale_task_is_closed", behaviours::stale_task_is_closed::<S>)
        .behaviour("reopened_task_starts_afresh", behaviours::reopened_task_starts_afresh::<S>)
        .growth(workload::growth::<S>)
        .bound("closed_tasks", bounds::closed_tasks::<S>)
        .bound("stale_tasks", bounds::stale_tasks::<S>)
        .main()
}
