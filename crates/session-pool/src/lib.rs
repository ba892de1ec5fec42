//! The sessions with the database, and what each has prepared.
//!
//! Each busy hour leaves the server a little larger than the one before, and no quiet hour makes it
//! smaller. What has to be found out is of what there is more, and of how much there can be.
//!
//! - `database`: the database as the service sees it, and what it was asked
//! - `workload`: many at once, then few, for the soak
//! - `behaviours`: what a request must get, and what the database may be asked
//! - `bounds`: what may be kept after many times the capacity of work
//!
//! [`SessionPool`] is the contract: whatever implements it may be built as it likes.

mod behaviours;
mod bounds;
mod database;
mod workload;

use std::process::ExitCode;

use exercise_harness::Suite;

pub use database::Database;

/// The kinds of request there are, counted from 0.
pub const KINDS: usize = 16;

/// The sessions of an API server with its database.
///
/// To connect takes the database 30 ms, to prepare a statement 5 ms; to run what is prepared,
/// hardly anything.
pub trait SessionPool: Sized + 'static {
    /// A session that is in use. It goes back when it is dropped.
    type Session;

    /// A pool that opens at most `max_sessions` with `database`.
    fn start(max_sessions: usize, database: Database) -> Self;

    /// A session that nobody else uses: one that waits, or else a new one. `None` if as many as
    /// there may be are in use.
    ///
    /// A session that was opened stays open, so that the next busy hour finds it. They take turns,
    /// so that the database does not close one as idle.
    fn take(&self) -> Option<Self::Session>;

    /// Runs the statement of a request of this kind for `user`: what the database answers. A
    /// session prepares each statement once. `Err` if the database has closed the session, which
    /// is then not used again.
    fn run(&self, session: &mut Self::Session, kind: usize, user: u32) -> Result<String, String>;

    /// The health page: how many sessions are open, in use or waiting.
    fn open_sessions(&self) -> usize;
}

/// The entry of a version's memory test.
pub fn main<S: SessionPool>() -> ExitCode {
    Suite::new(env!("CARGO_PKG_NAME"), include_str!("../exercise.toml"))
        .behaviour("each_request_gets_its_answer", behaviours::each_gets_its_answer::<S>)
        .behaviour("session_is_used_by_one", behaviours::session_is_used_by_one::<S>)
        .behaviour("as_many_as_configured", behaviours::as_many_as_configured::<S>)
        .behaviour("next_peak_does_not_connect", behaviours::next_peak_does_not_connect::<S>)
        .behaviour("statement_is_prepared_once", behaviours::statement_is_prepared_once::<S>)
        .behaviour("sessions_take_turns", behaviours::sessions_take_turns::<S>)
        .behaviour("closed_session_is_replaced", behaviours::closed_session_is_replaced::<S>)
        .growth(workload::growth::<S>)
        .bound("many_peaks", bounds::many_peaks::<S>)
        .bound("many_closed_sessions", bounds::many_closed_sessions::<S>)
        .main()
}
