//! The sessions with the database, and the statements that each has prepared.
//!
//! - `database`: the database as the service sees it, which counts its calls
//! - `workload`: many requests at once, then few, for the soak
//! - `behaviours`: the answers that requests must get, and how often the database may be called
//! - `threads`: what requests on several threads must not do to each other
//! - `bounds`: how much may be kept after many times the pool's capacity of work
//!
//! [`SessionPool`] is the contract. An implementation is free in everything else.

mod behaviours;
mod bounds;
mod database;
mod threads;
mod workload;

use std::process::ExitCode;

use exercise_harness::Suite;

pub use database::Database;

/// The number of kinds of request; they are counted from 0.
pub const KINDS: usize = 16;

/// The sessions of an API server with its database.
///
/// Connecting takes the database 30 ms, preparing a statement 5 ms; running a prepared statement
/// takes hardly any time. Requests are handled on several threads; none of them waits because the
/// database is busy with another.
pub trait SessionPool: Send + Sync + Sized + 'static {
    /// A session in use. It returns to the pool when it is dropped.
    type Session: Send;

    /// Creates a pool that opens at most `max_sessions` with `database`. In use are up to 500.
    fn start(max_sessions: usize, database: Database) -> Self;

    /// Takes a session that nobody else uses: one that waits, or else a new one. `None` if
    /// `max_sessions` are in use.
    ///
    /// An opened session stays open for the next busy hour, with all its statements, however quiet
    /// it is until then. Sessions take turns, so that the
    /// database does not close one as idle.
    fn take(&self) -> Option<Self::Session>;

    /// Runs the statement of a request of this kind for `user` and returns the database's answer. A
    /// session prepares each statement once. `Err` if the database has closed the session, which
    /// is then not used again.
    fn run(&self, session: &mut Self::Session, kind: usize, user: u32) -> Result<String, String>;

    /// The health page: how many sessions are open, in use or waiting.
    fn open_sessions(&self) -> usize;
}

/// The entry point of a version's memory test.
pub fn main<S: SessionPool>() -> ExitCode {
    Suite::new(env!("CARGO_PKG_NAME"), include_str!("../exercise.toml"))
        .behaviour("each_request_gets_its_answer", behaviours::each_gets_its_answer::<S>)
        .behaviour("session_is_used_by_one", behaviours::session_is_used_by_one::<S>)
        .behaviour("as_many_as_configured", behaviours::as_many_as_configured::<S>)
        .behaviour("next_peak_does_not_connect", behaviours::next_peak_does_not_connect::<S>)
        .behaviour("statement_is_prepared_once", behaviours::statement_is_prepared_once::<S>)
        .behaviour("sessions_take_turns", behaviours::sessions_take_turns::<S>)
        .behaviour("closed_session_is_replaced", behaviours::closed_session_is_replaced::<S>)
        .behaviour("requests_do_not_wait", threads::requests_do_not_wait::<S>)
        .behaviour("no_more_are_opened_at_once", threads::no_more_are_opened_at_once::<S>)
        .behaviour("threads_share_the_sessions", threads::threads_share_the_sessions::<S>)
        .growth(workload::growth::<S>)
        .bound("many_peaks", bounds::many_peaks::<S>)
        .bound("many_closed_sessions", bounds::many_closed_sessions::<S>)
        .main()
}
