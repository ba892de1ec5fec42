//! The requests of clients, one file for each part of the interface.

mod account;
mod health;
mod live;
mod tasks;
mod uploads;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{delete, get, post, put};

use crate::server::App;

/// The largest body of a request other than an upload, in bytes.
const LARGEST_BODY: usize = 16 * 1024;

pub fn router(app: App) -> Router {
    Router::new()
        .route("/health", get(health::show))
        .route("/login", post(account::log_in))
        .route("/notifications", get(account::notifications))
        .route("/tasks", get(tasks::list).post(tasks::create))
        .route("/tasks/{number}", delete(tasks::delete))
        .route("/tasks/{number}/comments", post(tasks::comment))
        .route("/uploads/{name}", put(uploads::receive))
        .route("/attachments/{number}", get(uploads::read).delete(uploads::delete))
        .route("/live", get(live::connect))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .with_state(app)
}
