//! Comments on tasks, kept while people write them.
//!
//! - `workload`: authors who write, submit, leave and return, for the soak
//! - `behaviours`: what authors must find
//! - `endings`: what must remain of a session, whichever way and whenever it ends
//! - `letters`: the letters that followers must receive
//! - `busy`: what a service must do while many sessions are open, and on several threads
//! - `bounds`: how much may be left after sessions have ended
//! - `clock`: the time limits of the contract, and calls with a deadline
//!
//! [`CommentDrafts`] is the contract. An implementation is free in everything else. Except for
//! one behaviour on several threads, every trial runs on a single-threaded runtime with a paused
//! clock, so that minutes pass at once and always in the same order.

mod behaviours;
mod bounds;
mod busy;
mod clock;
mod endings;
mod letters;
mod workload;

use std::process::ExitCode;

use exercise_harness::Suite;

/// Comments that are kept while they are written.
///
/// The caller chooses the numbers of authors, readers and tasks. An author has at most one session
/// on a task at a time; there may be any number of sessions at once.
///
/// A session continues until it is submitted or dropped, however long nothing is typed. A connection
/// can break off at any moment, even while text is being typed or submitted; then the request and the
/// session are dropped. Ten seconds after a session has ended, only its saved draft or its comment is
/// left, and letters that are still being sent.
///
/// Connections are handled on several threads. A session costs about as much while many others are
/// open.
pub trait CommentDrafts: Send + Sync + Sized + 'static {
    /// An open editor on a task. Dropping it means that the author has left.
    type Session: Send + 'static;

    /// Creates a service without drafts on the current runtime.
    fn start() -> Self;

    /// Opens the editor. It continues the draft that is saved there: an author who returns within
    /// five seconds may find less than was typed.
    fn open(&self, author: u64, task: u64) -> Self::Session;

    /// Adds typed text to the session's draft. It is saved within five seconds, whether the session
    /// continues or has been dropped. An author who types faster than the draft can take it waits:
    /// at most 64 KiB are used for text that was accepted and is not yet in the draft.
    fn write(
        session: &mut Self::Session,
        text: &str,
    ) -> impl Future<Output = Result<(), Ended>> + Send;

    /// Turns the draft into a comment. When this returns, the comment is stored and the saved draft
    /// is gone. If the author is cut off before, the text is a comment or still a draft.
    fn submit(session: Self::Session) -> impl Future<Output = Result<(), Ended>> + Send;

    /// The last saved draft.
    fn draft(&self, author: u64, task: u64) -> Option<String>;

    /// How many times a draft was saved. A session saves at most once in five seconds and once at
    /// its end, and only when something was typed since the previous save.
    fn saves(&self) -> u64;

    /// The comments on a task, in the order in which they were submitted.
    fn comments(&self, task: u64) -> Vec<String>;

    /// Sends a reader a letter for each comment on a task from now on, as `author on #task: text`,
    /// even if the task is closed meanwhile.
    fn follow(&self, reader: u64, task: u64);

    /// Takes the letters that have arrived for a reader, oldest first. They arrive with a delay:
    /// for each comment, the mail server accepts five letters a second.
    fn letters(&self, reader: u64) -> Vec<String>;

    /// Removes the drafts, comments and followers of a task that nobody has open. Text of an author who
    /// has just left may be saved after that, since there are five seconds for it.
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
        .behaviour("followers_get_their_letters", letters::followers_get_their_letters::<S>)
        .behaviour("many_write_at_once", behaviours::many_write_at_once::<S>)
        .behaviour("many_leave_the_first_stays", behaviours::many_leave_the_first_stays::<S>)
        .behaviour("saves_are_few", behaviours::saves_are_few::<S>)
        .behaviour("text_is_saved_in_time", endings::text_is_saved_in_time::<S>)
        .behaviour("cut_off_while_typing", endings::cut_off_while_typing::<S>)
        .behaviour("cut_off_while_submitting", endings::cut_off_while_submitting::<S>)
        .behaviour("waiting_text_is_limited", endings::waiting_text_is_limited::<S>)
        .behaviour("comments_in_a_row", letters::comments_in_a_row_have_their_letters::<S>)
        .behaviour("closed_task_has_its_letters", letters::closed_task_has_its_letters::<S>)
        .behaviour("many_sessions_cost_no_more", busy::many_sessions_cost_no_more::<S>)
        .behaviour("threads_write_at_once", busy::threads_write_at_once::<S>)
        .growth(workload::growth::<S>)
        .bound("sessions_left", bounds::sessions_left::<S>)
        .bound("left_with_much_to_save", bounds::left_with_much_to_save::<S>)
        .main()
}
