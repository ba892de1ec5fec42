//! The sessions of the API server with its database.
//!
//! - `pool`: sessions that wait to be used again
//! - `session`: one session, and what it has prepared
//! - `statement`: the statements of each kind of request
//! - `database`: what a session needs of a database

mod database;
mod pool;
mod session;
mod statement;

pub use database::Database;
pub use pool::{PooledSession, SessionPool};
pub use statement::Kind;
