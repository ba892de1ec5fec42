//! The search of the API server: what `GET /search` answers.
//!
//! - `server`: the way in; what happens on a search and on a change
//! - `results`: what was found lately, for those who search again
//! - `query`: what is searched for, and in which state of the project
//! - `recent`: what each user searched for last

mod query;
mod recent;
mod results;
mod server;

pub use server::SearchServer;
