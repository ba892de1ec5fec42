//! Live updates: clients hear over WebSocket of what happens in the project that they watch.
//!
//! - `server`: the way in; takes connections, publishes, keeps the beat
//! - `connection`: one client's connection, in both directions
//! - `hub`: who is connected, and what they watch
//! - `outbox`: what waits to be sent to one client
//! - `history`: the latest updates of a project, for clients that come back
//! - `update`: something that happened, as it goes over the line

mod connection;
mod history;
mod hub;
mod outbox;
mod server;
mod update;

pub use server::LiveServer;
