//! Background jobs whose ends are reported to whom they concern.
//!
//! - `workload`: a few jobs from request to end, for the soak
//! - `behaviours`: what readers, the storage and the status page must receive
//! - `endings`: the same, for every kind of job and every way in which it can end
//! - `cost`: what a job costs in a runner with many jobs
//! - `bounds`: how much jobs may hold while they wait and after they have ended
//! - `storage`: storages that keep their files or can be made busy
//!
//! [`BackgroundJobs`] is the contract. An implementation is free in everything else.

mod behaviours;
mod bounds;
mod cost;
mod endings;
mod storage;
mod workload;

use std::process::ExitCode;

use exercise_harness::Suite;

pub use storage::Storage;

/// Background jobs of requests, with notifications of the end of each attempt.
///
/// Letters name a job by its kind, number and project: `export 7 of Garden`. The caller chooses the
/// numbers of readers and owners; reader 0 is support. The end of an attempt is one of `done`;
/// `failed, to be tried again`; `given up`; `cancelled`. A job ends when it is done, when it is given
/// up (at its third failed attempt, or at its first because its table is malformed) and when it is
/// cancelled (before its first attempt or after a failed one). Nobody else gets a letter about it,
/// and nothing of it stays but its file and its line in the history. The names of projects and the
/// numbers of readers come from requests: there can be any number of them.
///
/// A run costs about as much for each job, however many wait.
pub trait BackgroundJobs: Sized + 'static {
    /// Creates a runner whose jobs put their files into `storage` and keep nothing else of them.
    fn start(storage: Storage) -> Self;

    /// Queues an export of `table` to the file `export-<number>.csv`. If there is a reader to
    /// `notify`, that reader gets a letter at the end of each attempt. Returns the job's number.
    fn export(&mut self, project: &str, table: &[u8], notify: Option<u32>) -> u64;

    /// Queues an import of `table`, which is stored as `import-<number>.csv`. Its rows are
    /// separated by line feeds and must all have as many commas as the first; if not, the job is
    /// given up at once. `owner` gets a letter at the end of each attempt, and support gets one if
    /// the job is given up. Returns the job's number.
    fn import(&mut self, project: &str, table: &[u8], owner: u32) -> u64;

    /// Queues a backup of `content` to `backup-<number>.csv`. `reader` gets a letter, which names
    /// only the project, about each attempt that does not succeed. Returns the job's number.
    fn back_up(&mut self, project: &str, content: &[u8], reader: u32) -> u64;

    /// Makes an attempt at every waiting job. A job that finds the storage busy is tried again at
    /// the next run, with the same notifications; the third time it is given up.
    fn run(&mut self);

    /// Cancels a waiting job, with the same notifications. Returns whether there was one.
    fn cancel(&mut self, job: u64) -> bool;

    /// Whether a job waits for its first or another attempt.
    fn is_waiting(&self, job: u64) -> bool;

    /// How the 50 most recent attempts ended, the oldest first, as `export 7: done`.
    fn history(&self) -> Vec<String>;

    /// Takes the letters written since the last call, in order.
    fn deliver(&mut self) -> Vec<Letter>;
}

/// A letter to a reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Its recipient.
    pub reader: u32,
    /// The job's name, a colon, and the end of the attempt.
    pub text: String,
}

/// The entry point of a version's memory test.
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
        .behaviour("each_end_has_its_letters", endings::each_end_has_its_letters::<S>)
        .behaviour("jobs_do_not_affect_each_other", endings::jobs_do_not_affect_each_other::<S>)
        .behaviour("long_queue_costs_no_more", cost::long_queue_costs_no_more::<S>)
        .growth(workload::growth::<S>)
        .bound("finished_jobs", bounds::finished_jobs::<S>)
        .bound("abandoned_jobs", bounds::abandoned_jobs::<S>)
        .bound("waiting_jobs", bounds::waiting_jobs::<S>)
        .main()
}
