//! The services behind the routes.

pub mod cache;
pub mod file;
pub mod notification;
pub mod websocket;
