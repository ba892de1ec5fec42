//! The figures of the dashboard.

use axum::Json;
use axum::extract::State;
use serde::Serialize;

use crate::server::App;

#[derive(Serialize)]
pub struct Health {
    status: &'static str,
    /// The number of connected clients.
    connections: usize,
    /// The number of pages of the task list that are ready.
    pages: usize,
}

pub async fn show(State(app): State<App>) -> Json<Health> {
    Json(Health { status: "ok", connections: app.hub.connected(), pages: app.cache.ready() })
}
