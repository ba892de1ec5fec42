//! Leak pattern: closures that capture more than they use.
//!
//! A closure owns what it captures, for as long as it lives. Since the edition of 2021 it captures
//! only the fields that it names; but a method of a value borrows all of the value, so a closure
//! that calls one captures all of it. A hook that wants a name may so own what it is called by,
//! and the two keep each other alive.
//!
//! - `workload`: a few jobs from their request to their end, for the soak
//! - `behaviours`: what readers, the storage and the status page must get
//! - `bounds`: what the jobs may hold while they wait, and once they are over
//! - `storage`: a storage that remembers what it took, and is busy when a check wants it to be
//!
//! [`BackgroundJobs`] is the contract: whatever implements it may be built as it likes.

mod behaviours;
mod bounds;
mod storage;
mod workload;

use std::process::ExitCode;

use exercise_harness::Suite;

pub use storage::Storage;

/// Jobs that requests leave behind to be done, each told of whenever an attempt at it has ended.
///
/// A job is called by its kind, its number and its project: `export 7 of Garden`. Readers and
/// owners are known by numbers that the caller chooses; reader 0 is support. How an attempt ends is
/// told in one of these words: `done`; `failed, to be tried again`; `given up`; `cancelled`.
pub trait BackgroundJobs: Sized + 'static {
    /// Jobs that put their files into `storage`. Nothing else is remembered of what they store.
    fn start(storage: Storage) -> Self;

    /// Has `table` written to the file `export-<number>.csv`. If there is a reader to `notify`, a
    /// letter to that reader tells of the end of each attempt. Returns the job's number.
    fn export(&mut self, project: &str, table: &[u8], notify: Option<u32>) -> u64;

    /// Has `table` taken over, and kept as `import-<number>.csv`. Its rows are separated by line
    /// feeds, and must all have as many commas as the first; if not, the job is given up at once.
    /// A letter to `owner` tells of the end of each attempt, and one to support if the job is given
    /// up. Returns the job's number.
    fn import(&mut self, project: &str, table: &[u8], owner: u32) -> u64;

    /// Has `content` kept as `backup-<number>.csv`. A letter to `reader`, which calls the job by
    /// its project alone, tells of each attempt that does not end well. Returns the job's number.
    fn back_up(&mut self, project: &str, content: &[u8], reader: u32) -> u64;

    /// Makes an attempt at every job that waits. One that met a busy storage is tried again at the
    /// next run, with all who heard of its end hearing of it again; the third time it is given up.
    fn run(&mut self);

    /// Takes back a job that waits, and tells of it. Says whether there was one.
    fn cancel(&mut self, job: u64) -> bool;

    /// Whether a job waits for its first attempt or for another.
    fn is_waiting(&self, job: u64) -> bool;

    /// How the 50 most recent attempts ended, the oldest first, as `export 7: done`.
    fn history(&self) -> Vec<String>;

    /// The letters that were written since the last call, in order.
    fn deliver(&mut self) -> Vec<Letter>;
}

/// A letter to a reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// To whom it goes.
    pub reader: u32,
    /// What the job is called, a colon, and how its attempt ended.
    pub text: String,
}

/// The entry of a version's memory test.
pub fn main<S: BackgroundJobs>() -> ExitCode {
    Suite::new("captured-closures", include_str!("../exercise.toml"))
        .behaviour("files_arrive_unaltered", behaviours::files_arrive_unaltered::<S>)
        .behaviour("reader_is_told_of_the_end", behaviours::reader_is_told_of_the_end::<S>)
        .behaviour("nothing_is_told_before_its_time", behaviours::nothing_is_told_early::<S>)
        .behaviour("retry_is_told_again", behaviours::retry_is_told_again::<S>)
        .behaviour("third_failure_is_the_last", behaviours::third_failure_is_the_last::<S>)
        .behaviour("malformed_table_is_given_up", behaviours::malformed_table_is_given_up::<S>)
        .behaviour("backup_tells_of_failures_only", behaviours::backup_tells_of_failures_only::<S>)
        .behaviour("cancelled_job_is_told", behaviours::cancelled_job_is_told::<S>)
        .behaviour("history_shows_the_most_recent", behaviours::history_shows_the_most_recent::<S>)
        .growth(workload::growth::<S>)
        .bound("finished_jobs", bounds::finished_jobs::<S>)
        .bound("abandoned_jobs", bounds::abandoned_jobs::<S>)
        .bound("waiting_jobs", bounds::waiting_jobs::<S>)
        .main()
}
