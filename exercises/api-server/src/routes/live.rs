//! Live updates over a WebSocket.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;
use tokio::time::{Instant, interval_at, timeout};

use crate::server::App;
use crate::services::file::Upload;
use crate::services::websocket::Connection;
use crate::sessions::Caller;

/// The largest message that a client may send, in bytes.
const LARGEST_MESSAGE: usize = 16 * 1024;
/// How often a client is pinged. A client that is silent from one ping to the next, or accepts no
/// message for this long, is gone.
const PING: Duration = Duration::from_secs(30);

/// A request from a client.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Request {
    Subscribe { project: String },
    Unsubscribe { project: String },
    Progress,
}

pub async fn connect(
    State(app): State<App>,
    Caller(user): Caller,
    upgrade: WebSocketUpgrade,
) -> Response {
    upgrade.max_message_size(LARGEST_MESSAGE).on_upgrade(move |socket| talk(app, user, socket))
}

/// Talks to one client until it leaves or is lost.
async fn talk(app: App, user: String, mut socket: WebSocket) {
    let (connection, mut messages) = app.hub.join(user);
    connection.send(json!({ "type": "welcome", "connection": connection.number }).to_string());
    let mut ping = interval_at(Instant::now() + PING, PING);
    let mut heard = true;
    loop {
        let message = tokio::select! {
            received = socket.recv() => match received {
                Some(Ok(Message::Text(text))) => {
                    heard = true;
                    answer(&app, &connection, &text);
                    continue;
                }
                None => break,
                Some(Ok(_)) => {
                    heard = true;
                    continue;
                }
                Some(Err(_)) => refused(),
            },
            Some(message) = messages.recv() => Message::text(message),
            _ = ping.tick() => {
                if !heard {
                    break;
                }
                heard = false;
                Message::Ping("".into())
            }
        };
        let is_last = matches!(message, Message::Close(_));
        let sent = timeout(PING, socket.send(message)).await;
        if is_last || !matches!(sent, Ok(Ok(()))) {
            break;
        }
    }
    app.hub.leave(&connection);
}

fn answer(app: &App, connection: &Arc<Connection>, text: &str) {
    match serde_json::from_str(text) {
        Ok(Request::Subscribe { project }) => app.hub.subscribe(connection, &project),
        Ok(Request::Unsubscribe { project }) => app.hub.unsubscribe(connection, &project),
        Ok(Request::Progress) => connection.send(progress(connection)),
        Err(error) => {
            connection.send(json!({ "type": "error", "error": error.to_string() }).to_string());
        }
    }
}

/// The progress of the client's uploads.
fn progress(connection: &Connection) -> String {
    let uploads = connection.uploads.lock();
    let one = |upload: &Arc<Upload>| json!({ "name": upload.name, "received": upload.received() });
    let uploads: Vec<_> = uploads.values().map(one).collect();
    json!({ "type": "progress", "uploads": uploads }).to_string()
}

/// The close message to a client that violates the protocol.
fn refused() -> Message {
    let reason = "the message is too large or invalid".into();
    Message::Close(Some(CloseFrame { code: close_code::PROTOCOL, reason }))
}
