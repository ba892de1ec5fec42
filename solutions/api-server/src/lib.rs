//! The API server of a task tracker: tasks over HTTP, live updates over WebSocket, uploads.
//!
//! - `server`: what the server is made of, and its entry
//! - `routes`: what clients may ask, one file for each part of the interface
//! - `services`: what lies behind the routes
//!   - `cache`: pages of the task list, ready for the next reader
//!   - `notification`: who is told what happens to a task, and what each user has not read yet
//!   - `websocket`: connected clients, and the rooms in which they watch a project together
//!   - `file`: files that arrive, and those that have arrived
//! - `sessions`: who has logged in
//! - `tasks`: the tasks themselves; it stands in for the database
//! - `error`: why a request was refused

mod error;
mod routes;
mod server;
mod services;
mod sessions;
mod tasks;

pub use server::serve;
