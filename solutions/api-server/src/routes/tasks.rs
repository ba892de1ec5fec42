//! Tasks: list, create, comment on and delete them.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use serde::Deserialize;

use crate::error::ApiError;
use crate::server::App;
use crate::services::notification::Change;
use crate::sessions::Caller;
use crate::tasks::{PageQuery, Task};

/// The longest text that a user may enter, in bytes.
const LONGEST_TEXT: usize = 1000;

#[derive(Deserialize)]
pub struct NewTask {
    project: String,
    title: String,
    assignee: String,
}

#[derive(Deserialize)]
pub struct NewComment {
    text: String,
}

/// A page of the list. The header `x-cache` says whether it was ready.
pub async fn list(
    State(app): State<App>,
    _: Caller,
    Query(query): Query<PageQuery>,
) -> Result<impl IntoResponse, ApiError> {
    check_text(&query.project)?;
    let (page, was_ready) = app.cache.get_or_load(&query, || {
        let tasks = app.tasks.page(&query);
        serde_json::to_vec(&tasks).unwrap_or_default().into()
    });
    let cache = if was_ready { "hit" } else { "miss" };
    Ok(([(CONTENT_TYPE.as_str(), "application/json"), ("x-cache", cache)], page))
}

pub async fn create(
    State(app): State<App>,
    Caller(user): Caller,
    Json(new): Json<NewTask>,
) -> Result<(StatusCode, Json<Task>), ApiError> {
    check_text(&new.project)?;
    check_text(&new.title)?;
    if !app.sessions.knows(&new.assignee) {
        return Err(ApiError::Invalid("the assignee is not a user"));
    }
    let task = app.notifications.publish(&user, || {
        let task = app.tasks.create(&new.project, &new.title, &new.assignee);
        Ok::<_, ApiError>((Change::Created, task))
    })?;
    Ok((StatusCode::CREATED, Json(task)))
}

pub async fn comment(
    State(app): State<App>,
    Caller(user): Caller,
    Path(number): Path<u64>,
    Json(new): Json<NewComment>,
) -> Result<StatusCode, ApiError> {
    check_text(&new.text)?;
    app.notifications.publish(&user, || {
        let task = app.tasks.get(number).ok_or(ApiError::Unknown("task"))?;
        Ok::<_, ApiError>((Change::Commented { text: new.text }, task))
    })?;
    Ok(StatusCode::NO_CONTENT)
}

pub async fn delete(
    State(app): State<App>,
    Caller(user): Caller,
    Path(number): Path<u64>,
) -> Result<StatusCode, ApiError> {
    app.notifications.publish(&user, || {
        let task = app.tasks.delete(number).ok_or(ApiError::Unknown("task"))?;
        Ok::<_, ApiError>((Change::Deleted, task))
    })?;
    Ok(StatusCode::NO_CONTENT)
}

fn check_text(text: &str) -> Result<(), ApiError> {
    let fits = !text.trim().is_empty() && text.len() <= LONGEST_TEXT;
    fits.then_some(()).ok_or(ApiError::Invalid("a text is empty or too long"))
}
