//! Leak pattern: tasks that go on after the work they were spawned for has ended.
//!
//! A task that was spawned belongs to nobody: dropping its handle does not end it, and neither
//! does the end of whoever spawned it. It ends when its own code says so. Where that is "when the
//! other side has gone", and the other side says the same, each waits for the other, and both keep
//! what they hold.
//!
//! - `workload`: people who write, submit, leave and come back, for the soak
//! - `behaviours`: what authors and followers must get
//! - `bounds`: what may be left of sessions that have ended
//! - `clock`: how long things take, and waits that end
//!
//! [`CommentDrafts`] is the contract: whatever implements it may be built as it likes. Every trial
//! runs on a runtime of one thread with a paused clock, so that minutes pass at once and always in
//! the same order.

mod behaviours;
mod bounds;
mod clock;
mod workload;

use std::process::ExitCode;

use exercise_harness::Suite;

/// Comments that are kept while they are written.
///
/// Authors, readers and tasks are known by numbers that the caller chooses. An author has at most
/// one session on a task at a time; there may be any number of sessions at once.
///
/// A session ends when it is submitted or dropped, and goes on until then, however long nothing is
/// typed. Ten seconds after a session has ended nothing of it is left but what was saved or
/// submitted, and letters that are still on their way.
pub trait CommentDrafts: Sized + 'static {
    /// An editor that somebody has open on a task. Dropped, it means that they have left.
    type Session: 'static;

    /// A service without drafts, on the current runtime.
    fn start() -> Self;

    /// Opens the editor. It goes on with the draft that is saved there.
    fn open(&self, author: u64, task: u64) -> Self::Session;

    /// Adds what was typed to the session's draft. Within five seconds it is saved, whether the
    /// session goes on or has been dropped.
    fn write(session: &mut Self::Session, text: &str) -> impl Future<Output = Result<(), Ended>>;

    /// Makes a comment of all that was written. It is there at the end of this, and the saved
    /// draft is not.
    fn submit(session: Self::Session) -> impl Future<Output = Result<(), Ended>>;

    /// The draft as it was last saved.
    fn draft(&self, author: u64, task: u64) -> Option<String>;

    /// How many times a draft was saved. Of one session it is at most once in five seconds and once
    /// at its end, and only when something was typed since the time before.
    fn saves(&self) -> u64;

    /// The comments on a task, in the order in which they were submitted.
    fn comments(&self, task: u64) -> Vec<String>;

    /// From now on a reader gets a letter for each comment on a task, as `author on #task: text`.
    fn follow(&self, reader: u64, task: u64);

    /// Takes the letters that have come for a reader, oldest first. They take their time: of one
    /// comment, the mail server takes five letters a second.
    fn letters(&self, reader: u64) -> Vec<String>;

    /// Forgets the drafts, the comments and the followers of a task that nobody has open.
    fn close_task(&self, task: u64);
}

/// A session that should go on has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended;

/// The entry of a version's memory test.
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
