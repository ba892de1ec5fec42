//! Uploads: files that clients send in chunks, to be attached to tasks.
//!
//! - `service`: the entry point, which handles connections and their requests
//! - `session`: one client's connection and its uploads
//! - `upload`: one file being received, chunk by chunk
//! - `attachments`: the completed files
//! - `error`: why a request was refused

mod attachments;
mod error;
mod service;
mod session;
mod upload;

pub use attachments::Attachment;
pub use error::UploadError;
pub use service::UploadService;
