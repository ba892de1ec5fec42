//! Changes to tasks, each of which goes on record.
//!
//! - `service`: the entry point, which handles requests
//! - `board`: the tasks as they are now
//! - `trail`: the way of a record from a request to the archive
//! - `collector`: puts records into batches
//! - `writer`: hands batches to the archive, one after the other
//! - `record`: a record, and a batch of them
//! - `backend`: the services behind this one

mod backend;
mod board;
mod collector;
mod record;
mod service;
mod trail;
mod writer;

pub use backend::Backend;
pub use board::Task;
pub use service::{ChangeError, TaskService};
