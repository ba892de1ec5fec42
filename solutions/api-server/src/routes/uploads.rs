//! Files: uploads by connected clients, and attachments to read and delete.

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use serde::Serialize;

use crate::error::ApiError;
use crate::server::App;
use crate::sessions::Caller;

#[derive(Serialize)]
pub struct Received {
    attachment: u64,
}

/// Receives a file for the connection that the header `x-connection` names.
pub async fn receive(
    State(app): State<App>,
    Caller(user): Caller,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<Received>), ApiError> {
    let header = headers.get("x-connection").and_then(|value| value.to_str().ok());
    let number = header.and_then(|value| value.parse().ok());
    let number = number.ok_or(ApiError::Invalid("x-connection must name a connection"))?;
    let connection = app.hub.connection(number, &user)?;
    let attachment = app.files.receive(&connection, &name, body).await?;
    Ok((StatusCode::CREATED, Json(Received { attachment })))
}

pub async fn read(
    State(app): State<App>,
    _: Caller,
    Path(number): Path<u64>,
) -> Result<Vec<u8>, ApiError> {
    app.files.read(number).await
}

pub async fn delete(
    State(app): State<App>,
    Caller(user): Caller,
    Path(number): Path<u64>,
) -> Result<StatusCode, ApiError> {
    app.files.delete(number, &user)?;
    Ok(StatusCode::NO_CONTENT)
}
