//! Live updates: clients that show a project receive its updates at once.
//!
//! - `workload`: clients that come, look around and leave in three ways, for the soak
//! - `behaviours`: what clients and administrators must receive
//! - `crowds`: the same with many clients, and what a client costs among them
//! - `threads`: the same for several threads, and for integrations that use the server
//! - `bounds`: how much the server may hold once its clients are gone
//!
//! [`LiveUpdates`] is the contract. An implementation is free in everything else.

mod behaviours;
mod bounds;
mod crowds;
mod threads;
mod workload;

use std::process::ExitCode;

use exercise_harness::Suite;

/// A server that delivers updates to the signed-in clients.
///
/// The caller chooses the numbers of users and projects, in any quantity. A call that names a
/// session that has ended, or never existed, does nothing and leaves nothing behind; nor does an
/// update that nobody receives. All threads of the API share one server.
pub trait LiveUpdates: Sized + Send + Sync + 'static {
    /// Creates a server that ends a session after `idle_limit_minutes` of silence.
    fn start(idle_limit_minutes: u32) -> Self;

    /// Opens a session for a user, who may have others. Returns its number. There may be any number
    /// of sessions; opening one, changing its page and ending it take no longer if there are many
    /// others on other pages.
    fn sign_in(&self, user: u64) -> u64;

    /// Ends a session at its user's request.
    fn sign_out(&self, session: u64);

    /// Shows a project on the session's page, in place of the previous one. Earlier updates to
    /// either of them that were not fetched may be shown or not. This ends the session's silence.
    fn watch_project(&self, session: u64, project: u64);

    /// The updates published since the session's last call, each once and in order, as
    /// `#project: text`: updates to the project that its page shows, while it shows it, and updates
    /// to any project that mention the session's user. At least the latest 64 of these are kept for
    /// a session that stays on its page. This ends the session's silence. `None` if it has ended.
    fn refresh(&self, session: u64) -> Option<Vec<String>>;

    /// Counts a minute. Sessions that have been silent for the whole limit end.
    fn minute_passed(&self);

    /// Publishes an update to a project, which may mention a user.
    fn publish(&self, project: u64, mentions: Option<u64>, text: &str);

    /// The latest 100 updates to any project, oldest first, as `#project: text`.
    fn audit_log(&self) -> Vec<String>;

    /// Calls `integration` with every update to any project from now on, as `#project: text`, on the
    /// thread that publishes it. The integration may use the server meanwhile.
    fn integrate(&self, integration: impl Fn(&str) + Send + Sync + 'static);
}

/// The entry point of a version's memory test.
pub fn main<S: LiveUpdates>() -> ExitCode {
    Suite::new(env!("CARGO_PKG_NAME"), include_str!("../exercise.toml"))
        .behaviour("page_shows_its_project", behaviours::page_shows_its_project::<S>)
        .behaviour("page_can_be_changed", behaviours::page_can_be_changed::<S>)
        .behaviour("mention_reaches_its_user", behaviours::mention_reaches_its_user::<S>)
        .behaviour("each_session_of_a_user_hears", behaviours::each_session_of_a_user_hears::<S>)
        .behaviour("one_leaves_the_others_stay", behaviours::one_leaves_the_others_stay::<S>)
        .behaviour("many_come_the_first_stays", crowds::many_come_the_first_stays::<S>)
        .behaviour("many_watch_one_project", crowds::many_watch_one_project::<S>)
        .behaviour("idle_session_ends", behaviours::idle_session_ends::<S>)
        .behaviour("long_silence_is_allowed", behaviours::long_silence_is_allowed::<S>)
        .behaviour("slow_client_gets_the_latest", behaviours::slow_client_gets_the_latest::<S>)
        .behaviour("audit_log_hears_everything", behaviours::audit_log_hears_everything::<S>)
        .behaviour("many_silent_sessions_end", crowds::many_silent_sessions_end::<S>)
        .behaviour("client_is_as_quick_in_a_crowd", crowds::client_is_as_quick_in_a_crowd::<S>)
        .behaviour("strangers_leave_nothing", crowds::strangers_leave_nothing::<S>)
        .behaviour("integration_hears_everything", threads::integration_hears_everything::<S>)
        .behaviour("integration_may_use_the_server", threads::integration_may_use_the_server::<S>)
        .behaviour("several_threads_are_served", threads::several_threads_are_served::<S>)
        .growth(workload::growth::<S>)
        .bound("page_changes", bounds::page_changes::<S>)
        .bound("idle_sessions", bounds::idle_sessions::<S>)
        .bound("quiet_projects", bounds::quiet_projects::<S>)
        .bound("several_threads", bounds::several_threads::<S>)
        .main()
}
