//! Why a request was refused.

use std::io;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use thiserror::Error;

/// Why a request was refused. The text is for the client.
#[derive(Debug, Error)]
pub enum ApiError {
    #[error("log in first")]
    NotLoggedIn,
    #[error("this belongs to another user")]
    NotYours,
    #[error("there is no such {0}")]
    Unknown(&'static str),
    #[error("{0}")]
    Invalid(&'static str),
    #[error("the file is larger than allowed")]
    TooLarge,
    #[error("the rest of the file did not arrive")]
    Interrupted(#[source] axum::Error),
    #[error("the file could not be stored")]
    Io(#[from] io::Error),
}

impl ApiError {
    fn status(&self) -> StatusCode {
        match self {
            Self::NotLoggedIn => StatusCode::UNAUTHORIZED,
            Self::NotYours => StatusCode::FORBIDDEN,
            Self::Unknown(_) => StatusCode::NOT_FOUND,
            Self::Invalid(_) | Self::Interrupted(_) => StatusCode::BAD_REQUEST,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Io(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        (self.status(), Json(json!({ "error": self.to_string() }))).into_response()
    }
}
