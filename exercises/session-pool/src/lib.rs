//! The API server's sessions with its database.
//!
//! - `pool`: the pool of sessions that wait to be reused
//! - `session`: one session and its prepared statements
//! - `statement`: the statement of each kind of request
//! - `database`: the database operations that a session needs

mod database;
mod pool;
mod session;
mod statement;

pub use database::Database;
pub use pool::{PooledSession, SessionPool};
pub use statement::Kind;
