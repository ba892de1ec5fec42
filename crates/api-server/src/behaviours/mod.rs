//! What users must receive, however the server is implemented.
//!
//! - `tasks`: logins, the task list, and unread notifications
//! - `live`: events, and the rooms in which they are watched
//! - `uploads`: files, and the attachments that they become
//! - `strangers`: invalid input is refused and does no harm
//! - `at_once`: requests that meet, on a server with several threads
//! - `life`: clients while time passes
//! - `cost`: what requests cost on a busy server

pub mod at_once;
pub mod cost;
pub mod life;
pub mod live;
pub mod strangers;
pub mod tasks;
pub mod uploads;

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context as _;
use exercise_harness::Context;
use hyper::StatusCode;
use serde_json::json;
use tokio::runtime::Builder;
use tokio::time::{Instant, sleep};

use crate::ApiServer;
use crate::client::{Client, DEADLINE};
use crate::running::Running;

/// Starts version `S` and runs `check` against it. An error that `check` returns is a failure.
fn with_server<S: ApiServer>(
    context: &Context,
    check: impl AsyncFnOnce(SocketAddr) -> anyhow::Result<()>,
) {
    let server = Running::start::<S>(context.folder()).expect("the server starts");
    run(check(server.address));
}

/// Like [`with_server`], with a server on several threads.
fn with_threads<S: ApiServer>(
    context: &Context,
    check: impl AsyncFnOnce(SocketAddr) -> anyhow::Result<()>,
) {
    let server = Running::start_on_threads::<S>(context.folder()).expect("the server starts");
    run(check(server.address));
}

fn run(check: impl Future<Output = anyhow::Result<()>>) {
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime starts");
    runtime.block_on(check).unwrap_or_else(|error| panic!("{error:#}"));
}

/// Creates a task and returns its number.
async fn create(client: &mut Client, project: &str, assignee: &str) -> anyhow::Result<u64> {
    let new = json!({ "project": project, "title": "Water the plants", "assignee": assignee });
    let created = client.post("/tasks", &new).await?.expect(StatusCode::CREATED)?.json()?;
    created["number"].as_u64().context("the task has no number")
}

async fn comment(client: &mut Client, task: u64) -> anyhow::Result<()> {
    let path = format!("/tasks/{task}/comments");
    client.post(&path, &json!({ "text": "Done." })).await?.expect(StatusCode::NO_CONTENT)?;
    Ok(())
}

async fn delete(client: &mut Client, task: u64) -> anyhow::Result<()> {
    client.delete(&format!("/tasks/{task}")).await?.expect(StatusCode::NO_CONTENT)?;
    Ok(())
}

/// Asks again until `holds` returns true, at most for [`DEADLINE`]: for changes that the server
/// notices with a delay.
async fn until(
    what: &str,
    mut holds: impl AsyncFnMut() -> anyhow::Result<bool>,
) -> anyhow::Result<()> {
    let deadline = Instant::now() + DEADLINE;
    while !holds().await? {
        anyhow::ensure!(Instant::now() < deadline, "not within {DEADLINE:?}: {what}");
        sleep(Duration::from_millis(5)).await;
    }
    Ok(())
}
