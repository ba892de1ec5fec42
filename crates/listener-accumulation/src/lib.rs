//! Leak pattern: listeners that stay registered after their owners are gone.
//!
//! Registering a listener passes its callback, and everything that the callback captured, to the
//! emitter. The emitter lives as long as the program, and so does the listener, unless it is
//! removed again on every path on which its owner can end or lose interest.
//!
//! - `workload`: clients that come, look around and leave in three ways, for the soak
//! - `behaviours`: what clients and administrators must receive
//! - `bounds`: how much the server may hold once its clients are gone
//!
//! [`LiveUpdates`] is the contract. An implementation is free in everything else.

mod behaviours;
mod bounds;
mod workload;

use std::process::ExitCode;

use exercise_harness::Suite;

/// A server that delivers updates to the signed-in clients.
///
/// The caller chooses the numbers of users and projects, in any quantity. A call that names a
/// session that has ended, or never existed, does nothing.
pub trait LiveUpdates: Sized + 'static {
    /// Creates a server that ends a session after `idle_limit_minutes` of silence.
    fn start(idle_limit_minutes: u32) -> Self;

    /// Opens a session for a user, who may have others. Returns its number.
    fn sign_in(&mut self, user: u64) -> u64;

    /// Ends a session at its user's request.
    fn sign_out(&mut self, session: u64);

    /// Shows a project on the session's page, in place of the previous one. Earlier updates to
    /// either of them that were not fetched may be shown or not. This ends the session's silence.
    fn watch_project(&mut self, session: u64, project: u64);

    /// The updates published since the session's last call, each once and in order, as
    /// `#project: text`: updates to the project that its page shows, while it shows it, and updates
    /// to any project that mention the session's user. At least the latest 64 of these are kept for
    /// a session that stays on its page. This ends the session's silence. `None` if it has ended.
    fn refresh(&mut self, session: u64) -> Option<Vec<String>>;

    /// Counts a minute. Sessions that have been silent for too long end.
    fn minute_passed(&mut self);

    /// Publishes an update to a project, which may mention a user.
    fn publish(&mut self, project: u64, mentions: Option<u64>, text: &str);

    /// The latest 100 updates to any project, oldest first, as `#project: text`.
    fn audit_log(&self) -> Vec<String>;
}

/// The entry point of a version's memory test.
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
