//! Live updates: clients receive the updates of the project that they watch over WebSocket.
//!
//! - `server`: the entry point; accepts connections, publishes updates and beats
//! - `connection`: one client's connection, in both directions
//! - `hub`: the connected clients, and the projects that they watch
//! - `outbox`: the messages waiting to be sent to one client
//! - `history`: the latest updates of a project, for clients that come back
//! - `update`: an update, and its form in a message

mod connection;
mod history;
mod hub;
mod outbox;
mod server;
mod update;

pub use server::LiveServer;
