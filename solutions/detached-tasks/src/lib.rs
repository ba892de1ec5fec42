//! Comment drafts: what people write on tasks, kept while they write it.
//!
//! - `service`: the way in; opens the editor, and answers for what is stored
//! - `session`: one editor that is open, and how it hands over what is typed
//! - `writer`: the task that keeps a session's draft
//! - `autosave`: the task that has the draft saved at intervals
//! - `store`: the drafts that are saved, and the comments that were submitted
//! - `mail`: letters to those who follow a task

mod autosave;
mod mail;
mod service;
mod session;
mod store;
mod writer;

pub use service::DraftService;
pub use session::{Ended, Session};
