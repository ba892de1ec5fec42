//! One client's connection, in both directions.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use futures::stream::SplitSink;
use futures::{SinkExt, StreamExt};
use socket2::SockRef;
use thiserror::Error;
use tokio::net::TcpStream;
use tokio::time::{error::Elapsed, timeout};
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::http::{StatusCode, Uri};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{WebSocketStream, accept_hdr_async_with_config};

use crate::hub::{Hub, Watch};
use crate::outbox::Outbox;

/// The longest time that a handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// The longest message that is accepted from a client, in bytes.
const LONGEST: usize = 16 * 1024;
/// The system's send buffer for one client, in bytes. It is small because there are many clients.
const SEND_BUFFER: usize = 16 * 1024;

type Socket = WebSocketStream<TcpStream>;

/// Why a connection ended early.
#[derive(Debug, Error)]
pub enum ConnectionError {
    #[error("the handshake took too long")]
    Handshake(#[from] Elapsed),
    #[error("there is no such page")]
    NotFound,
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error(transparent)]
    WebSocket(#[from] tungstenite::Error),
}

/// Serves one client, from its handshake until it leaves.
pub async fn serve(stream: TcpStream, hub: Arc<Hub>) -> Result<(), ConnectionError> {
    let (socket, watch) = shake_hands(stream).await?;
    let (sink, mut messages) = socket.split();
    let (id, outbox) = hub.join(watch);
    tokio::spawn(deliver(outbox, sink));
    while let Some(message) = messages.next().await {
        let message = message?;
        if let Message::Text(comment) = message {
            hub.publish(watch.project, &comment);
        }
    }
    hub.leave(id);
    Ok(())
}

/// Sends the waiting messages to a client, as fast as its connection accepts them.
async fn deliver(mut outbox: Outbox, mut sink: SplitSink<Socket, Message>) {
    while let Some(message) = outbox.next().await {
        // When sending fails, the reading fails as well, which ends the connection.
        let _ = sink.send(message).await;
    }
}

/// Accepts a client's WebSocket and reads from its request what the client wants to watch.
async fn shake_hands(stream: TcpStream) -> Result<(Socket, Watch), ConnectionError> {
    stream.set_nodelay(true)?;
    SockRef::from(&stream).set_send_buffer_size(SEND_BUFFER)?;
    let config = WebSocketConfig::default()
        .read_buffer_size(4 * 1024)
        .write_buffer_size(0)
        .max_message_size(Some(LONGEST))
        .max_frame_size(Some(LONGEST));
    let mut watch = None;
    #[expect(clippy::result_large_err, reason = "the handshake's callback has this return type")]
    let read_request = |request: &Request, response: Response| {
        watch = watch_of(request.uri());
        if watch.is_some() { Ok(response) } else { Err(not_found()) }
    };
    let handshake = accept_hdr_async_with_config(stream, read_request, Some(config));
    let socket = timeout(HANDSHAKE, handshake).await??;
    Ok((socket, watch.ok_or(ConnectionError::NotFound)?))
}

/// `/projects/7`, or `/projects/7?since=12` from a client that comes back.
fn watch_of(uri: &Uri) -> Option<Watch> {
    let project = uri.path().strip_prefix("/projects/")?.parse().ok()?;
    let since = match uri.query() {
        Some(query) => Some(query.strip_prefix("since=")?.parse().ok()?),
        None => None,
    };
    Some(Watch { project, since })
}

fn not_found() -> ErrorResponse {
    let mut response = ErrorResponse::new(None);
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}
