//! Task lists of the API server: what `GET /tasks` answers.
//!
//! - `server`: the way in; what happens on a request and on a change
//! - `cache`: pages that were rendered lately, for those who ask again
//! - `query`: what a request asks for
//! - `settings`: what the server remembers of each user

mod cache;
mod query;
mod server;
mod settings;

pub use cache::CacheConfig;
pub use query::TaskQuery;
pub use server::{Health, TaskListServer};
