//! The import of tasks, which teams send in batches.
//!
//! - `tracker`: the users who send batches, and the database, which record what they are asked
//! - `workload`: several imports at once, then a pause, for the soak
//! - `behaviours`: what is imported, and what users are told
//! - `handlers`: how many batches are imported at once, and at what cost
//! - `bounds`: how much may be kept after many imports
//!
//! [`TaskImport`] is the contract. An implementation is free in everything else.

mod behaviours;
mod bounds;
mod handlers;
mod tracker;
mod workload;

use std::process::ExitCode;

use exercise_harness::Suite;
use leak_meter::probe::ResidentBytesProbe;

pub use tracker::Tracker;

/// The most rows in a batch.
pub const MAX_ROWS: usize = 1_000;
/// The most bytes in the notes of a row; the tracker accepts no longer ones.
pub const MAX_NOTES: usize = 16_000;

/// The result of an import: the number of tasks, or that of the first line that is not valid, from 1.
pub type Outcome = Result<usize, usize>;

/// The import of tasks: handlers receive batches of lines, `title;hours;notes`, and pass the tasks to the
/// database.
///
/// A line is valid if it has a title, and hours that are a whole number. A batch with a line that is not
/// valid, or with more than [`MAX_ROWS`], changes nothing.
pub trait TaskImport: Send + Sync + Sized + 'static {
    /// Starts a service with this many handlers, which end with it. In use are up to 48.
    ///
    /// Each of them imports a batch at the same time as all others, and keeps next to nothing allocated
    /// afterwards. It connects to the database when it has a batch to import for the first time, and only
    /// once: connecting takes 30 ms, and the database allows no connections of handlers that have nothing to
    /// do.
    fn start(handlers: usize, tracker: Tracker) -> Self;

    /// Has a batch of `team` imported by the handler `team % handlers`; does not wait for that.
    ///
    /// A batch is received once, line by line. All of its tasks are inserted in the order of the lines and in
    /// one transaction, after its last line was found valid. Then the user is told the outcome.
    fn import(&self, team: usize, batch: u64);

    /// The batches and outcomes of the last 50 imports, the latest first.
    fn recent_imports(&self) -> Vec<(u64, Outcome)>;
}

/// The entry point of a version's memory test.
pub fn main<S: TaskImport>() -> ExitCode {
    let has_resident_bytes = ResidentBytesProbe::new().is_ok();
    Suite::new(env!("CARGO_PKG_NAME"), include_str!("../exercise.toml"))
        .behaviour("batch_is_imported_whole", behaviours::imported_whole::<S>)
        .behaviour("batch_is_one_transaction", behaviours::one_transaction::<S>)
        .behaviour("invalid_batch_changes_nothing", behaviours::invalid_changes_nothing::<S>)
        .behaviour("largest_batch_is_imported", behaviours::largest_is_imported::<S>)
        .behaviour("recent_imports_are_known", behaviours::recent_imports_are_known::<S>)
        .behaviour("all_handlers_import_at_once", handlers::all_import_at_once::<S>)
        .behaviour("handlers_connect_once", handlers::connect_once::<S>)
        .behaviour("handlers_connect_when_needed", handlers::connect_when_needed::<S>)
        .behaviour("little_is_kept", bounds::little_is_kept::<S>)
        .growth(workload::growth::<S>)
        .when(has_resident_bytes, |suite| {
            suite.bound("resident_after_imports", bounds::resident_after_imports::<S>)
        })
        .main()
}
