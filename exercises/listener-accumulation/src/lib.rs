//! Live updates: a client that shows a project receives its updates at once.
//!
//! - `server`: the entry point; signs clients in and out and publishes updates
//! - `session`: one signed-in client and the project on its page
//! - `inbox`: the updates waiting for the client to fetch them
//! - `emitter`: passes every update to the listeners of its topics
//! - `update`: an update to a project, and its topics
//! - `audit`: the record of the latest updates, for the administrators

mod audit;
mod emitter;
mod inbox;
mod server;
mod session;
mod update;

pub use server::UpdateServer;
