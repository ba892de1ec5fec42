//! Task lists of the API server: answers `GET /tasks`.
//!
//! - `server`: the entry point, which handles requests and changes
//! - `cache`: recently rendered pages, kept for repeated requests
//! - `query`: the query of a request
//! - `settings`: the settings of each user

mod cache;
mod query;
mod server;
mod settings;

pub use cache::CacheConfig;
pub use query::TaskQuery;
pub use server::{Health, TaskListServer};
