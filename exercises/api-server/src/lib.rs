//! The API server of a task tracker: tasks over HTTP, live updates over WebSocket, uploads.
//!
//! - `server`: the parts of the server, and its entry point
//! - `routes`: the requests of clients, one file for each part of the interface
//! - `services`: the services behind the routes
//!   - `cache`: pages of the task list, ready for the next reader
//!   - `notification`: the listeners of each project, and each user's unread notifications
//!   - `websocket`: connected clients, and the rooms in which they watch a project together
//!   - `file`: uploads in progress, and attachments
//! - `sessions`: the logged-in users
//! - `tasks`: the tasks; it stands in for the database
//! - `error`: why a request was refused

mod error;
mod routes;
mod server;
mod services;
mod sessions;
mod tasks;

pub use server::serve;
