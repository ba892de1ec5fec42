//! Live updates: a client that shows a project hears at once what happens on it.
//!
//! - `server`: the way in; signs clients in and out, and publishes what happens
//! - `session`: one client that is signed in, and the project on its page
//! - `inbox`: the updates that wait until the client fetches them
//! - `emitter`: tells those who listen on a topic of every update to it
//! - `update`: what happened, and the topics that it belongs to
//! - `audit`: the record of the latest updates, for the administrators

mod audit;
mod emitter;
mod inbox;
mod server;
mod session;
mod update;

pub use server::UpdateServer;
