//! Background jobs: what a request starts and does not wait for.
//!
//! - `runner`: the way in; jobs that wait, and what becomes of them
//! - `job`: what was sent with a request, and who hears how the work on it ends
//! - `context`: what the work on a job, and its hooks, may use
//! - `export`, `import`, `backup`: the kinds of job
//! - `history`: how the most recent jobs ended, for the status page
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
