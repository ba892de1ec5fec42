//! Leak pattern: tasks that go on after the work they were spawned for has ended.
//!
//! A spawned task has no owner: dropping its handle does not end it, and neither does the end of
//! the task that spawned it. It ends when its own code returns. If that is "when the other side is
//! gone", and the other side does the same, each waits for the other, and both keep everything that
//! they hold.
//!
//! - `workload`: authors who write, submit, leave and return, for the soak
//! - `behaviours`: what authors and followers must receive
//! - `bounds`: how much may be left after sessions have ended
//! - `clock`: the time limits of the contract, and calls with a deadline
//!
//! [`CommentDrafts`] is the contract. An implementation is free in everything else. Every trial
//! runs on a single-threaded runtime with a paused clock, so that minutes pass at once and always
//! in the same order.

mod behaviours;
mod bounds;
mod clock;
mod workload;

use std::process::ExitCode;

use exercise_harness::Suite;

/// Comments that are kept while they are written.
///
/// The caller chooses the numbers of authors, readers and tasks. An author has at most one session
/// on a task at a time; there may be any number of sessions at once.
///
/// A session continues until it is submitted or dropped, however long nothing is typed. Ten seconds
/// after it has ended, only its saved draft or its comment is left, and letters that are still
/// being sent.
pub trait CommentDrafts: Sized + 'static {
    /// An open editor on a task. Dropping it means that the author has left.
    type Session: 'static;

    /// Creates a service without drafts on the current runtime.
    fn start() -> Self;

    /// Opens the editor. It continues the draft that is saved there.
    fn open(&self, author: u64, task: u64) -> Self::Session;

    /// Adds typed text to the session's draft. It is saved within five seconds, whether the session
    /// continues or has been dropped.
    fn write(session: &mut Self::Session, text: &str) -> impl Future<Output = Result<(), Ended>>;

    /// Turns the draft into a comment. When this returns, the comment is stored and the saved draft
    /// is gone.
    fn submit(session: Self::Session) -> impl Future<Output = Result<(), Ended>>;

    /// The last saved draft.
    fn draft(&self, author: u64, task: u64) -> Option<String>;

    /// How many times a draft was saved. A session saves at most once in five seconds and once at
    /// its end, and only when something was typed since the previous save.
    fn saves(&self) -> u64;

    /// The comments on a task, in the order in which they were submitted.
    fn comments(&self, task: u64) -> Vec<String>;

    /// Sends a reader a letter for each comment on a task from now on, as `author on #task: text`.
    fn follow(&self, reader: u64, task: u64);

    /// Takes the letters that have arrived for a reader, oldest first. They arrive with a delay:
    /// for each comment, the mail server accepts five letters a second.
    fn letters(&self, reader: u64) -> Vec<String>;

    /// Removes the drafts, comments and followers of a task that nobody has open.
    fn close_task(&self, task: u64);
}

/// The session has ended although it should still be open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended;

/// The entry point of a version's memory test.
pub fn main<S: CommentDrafts>() -> ExitCode {
    Suite::new("detached-tasks", include_str!("../exercise.toml"))
        .behaviour("draft_is_saved_while_it_grows", behaviours::draft_is_saved_while_it_grows::<S>)
        .behaviour("last_words_are_saved", behaviours::last_words_are_saved::<S>)
        .behaviour("submitted_draft_is_a_comment", behaviours::submitted_draft_is_a_comment::<S>)
        .behaviour("author_comes_back", behaviours::author_comes_back::<S>)
        .behaviour("author_may_think", behaviours::author_may_think::<S>)
        .behaviour("typing_keeps_its_order", behaviours::typing_keeps_its_order::<S>)
        .behaviour("followers_get_their_letters", behaviours::followers_get_their_letters::<S>)
        .behaviour("many_write_at_once", behaviours::many_write_at_once::<S>)
        .behaviour("many_leave_the_first_stays", behaviours::many_leave_the_first_stays::<S>)
        .behaviour("saves_are_few", behaviours::saves_are_few::<S>)
        .growth(workload::growth::<S>)
        .bound("sessions_left", bounds::sessions_left::<S>)
        .bound("left_with_much_to_save", bounds::left_with_much_to_save::<S>)
        .main()
}
