//! Comment drafts: comments on tasks, kept while people write them.
//!
//! - `service`: the entry point, which opens editors and returns stored drafts and comments
//! - `session`: one open editor, which passes typed text to its writer
//! - `writer`: the runtime task that keeps a session's draft
//! - `autosave`: the runtime task that has the draft saved at intervals
//! - `store`: the saved drafts and the submitted comments
//! - `mail`: letters to the followers of a task

mod autosave;
mod mail;
mod service;
mod session;
mod store;
mod writer;

pub use service::DraftService;
pub use session::{Ended, Session};
