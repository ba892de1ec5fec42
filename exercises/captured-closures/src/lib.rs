//! Background jobs: work that a request starts and does not wait for.
//!
//! - `runner`: the entry point, which queues, runs and retries jobs
//! - `job`: a job, with the body of its request and its hooks
//! - `context`: the context that a job and its hooks may use
//! - `export`, `import`, `backup`: the kinds of job
//! - `history`: how the most recent attempts ended, for the status page
//! - `outbox`: letters on their way to the mail server

mod backup;
mod context;
mod export;
mod history;
mod import;
mod job;
mod outbox;
mod runner;

pub use context::Storage;
pub use outbox::Letter;
pub use runner::JobRunner;
