//! Uploads: files that clients send in chunks, to be attached to tasks.
//!
//! - `service`: the way in; connections, and the requests that come over them
//! - `session`: one client's connection, and the uploads that are its own
//! - `upload`: one file that is arriving, chunk by chunk
//! - `attachments`: the files that have arrived
//! - `error`: why a request was refused

mod attachments;
mod error;
mod service;
mod session;
mod upload;

pub use attachments::Attachment;
pub use error::UploadError;
pub use service::UploadService;
