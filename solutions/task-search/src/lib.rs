//! The search of the API server: answers `GET /search`.
//!
//! - `server`: the entry point, which handles searches and changes
//! - `results`: the recent results, kept for repeated searches
//! - `query`: a search in a project at one revision
//! - `recent`: the recent phrases of each user

mod query;
mod recent;
mod results;
mod server;

pub use server::SearchServer;
