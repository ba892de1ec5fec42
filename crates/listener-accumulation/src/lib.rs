//! Leak pattern: listeners that stay registered after those who listened are gone.
//!
//! Whoever registers a listener hands its callback, and all that the callback captured, to the
//! emitter. The emitter lives as long as the program, so the listener does too, unless someone
//! takes it out again: on every way on which the one who listens can end or change its mind.
//!
//! - `workload`: clients that come, look around and go in three ways, for the soak
//! - `behaviours`: what clients and administrators must get
//! - `bounds`: what the server may hold once its clients are gone
//!
//! [`LiveUpdates`] is the contract: whatever implements it may be built as it likes.

mod behaviours;
mod bounds;
mod workload;

use std::process::ExitCode;

use exercise_harness::Suite;

/// A server that brings updates to the clients that are signed in.
///
/// Users and projects are known by numbers that the caller chooses, in any quantity. What names a
/// session that has ended, or never was, does nothing.
pub trait LiveUpdates: Sized + 'static {
    /// A server that ends a session when nothing was heard from it for `idle_limit_minutes`.
    fn start(idle_limit_minutes: u32) -> Self;

    /// Opens a session for a user, who may have others. Returns its number.
    fn sign_in(&mut self, user: u64) -> u64;

    /// Ends a session at its user's wish.
    fn sign_out(&mut self, session: u64);

    /// Shows a project on the session's page, in place of the one before. What was published until
    /// then on either of them, and not asked for, may be shown or not. The session is heard from.
    fn watch_project(&mut self, session: u64, project: u64);

    /// What was published since the session last asked, each once and in order, as
    /// `#project: text`: on the project that its page shows, while it shows it, and on any project
    /// if it mentions the session's user. At least the latest 64 of these are kept for a session
    /// that stays on its page. The session is heard from. `None` if it has ended.
    fn refresh(&mut self, session: u64) -> Option<Vec<String>>;

    /// A minute has passed. Sessions that were not heard from for too long end.
    fn minute_passed(&mut self);

    /// Publishes what happened on a project, and whom it mentions.
    fn publish(&mut self, project: u64, mentions: Option<u64>, text: &str);

    /// The latest 100 updates to any project, oldest first, as `#project: text`.
    fn audit_log(&self) -> Vec<String>;
}

/// The entry of a version's memory test.
pub fn main<S: LiveUpdates>() -> ExitCode {
    Suite::new(env!("CARGO_PKG_NAME"), include_str!("../exercise.toml"))
        .behaviour("page_shows_its_project", behaviours::page_shows_its_project::<S>)
        .behaviour("page_can_be_changed", behaviours::page_can_be_changed::<S>)
        .behaviour("mention_reaches_its_user", behaviours::mention_reaches_its_user::<S>)
        .behaviour("each_session_of_a_user_hears", behaviours::each_session_of_a_user_hears::<S>)
        .behaviour("one_leaves_the_others_stay", behaviours::one_leaves_the_others_stay::<S>)
        .behaviour("many_come_the_first_stays", behaviours::many_come_the_first_stays::<S>)
        .behaviour("many_watch_one_project", behaviours::many_watch_one_project::<S>)
        .behaviour("idle_session_ends", behaviours::idle_session_ends::<S>)
        .behaviour("slow_client_gets_the_latest", behaviours::slow_client_gets_the_latest::<S>)
        .behaviour("audit_log_hears_everything", behaviours::audit_log_hears_everything::<S>)
        .growth(workload::growth::<S>)
        .bound("page_changes", bounds::page_changes::<S>)
        .bound("idle_sessions", bounds::idle_sessions::<S>)
        .bound("quiet_projects", bounds::quiet_projects::<S>)
        .main()
}
