//! A user's account: the login and the unread notifications.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};

use crate::error::ApiError;
use crate::server::App;
use crate::services::notification::Unread;
use crate::sessions::Caller;

#[derive(Deserialize)]
pub struct Login {
    user: String,
}

#[derive(Serialize)]
pub struct LoggedIn {
    token: String,
}

pub async fn log_in(
    State(app): State<App>,
    Json(login): Json<Login>,
) -> Result<Json<LoggedIn>, ApiError> {
    Ok(Json(LoggedIn { token: app.sessions.log_in(&login.user)? }))
}

pub async fn notifications(State(app): State<App>, Caller(user): Caller) -> Json<Vec<Unread>> {
    Json(app.notifications.unread(&user))
}
