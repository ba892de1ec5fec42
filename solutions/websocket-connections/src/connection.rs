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

/// Whoever has not finished the handshake by then is turned away.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// The longest message that is taken from a client, in bytes.
const LONGEST: usize = 16 * 1024;
/// The system's buffer of what is on its way to one client, in bytes. Clients are many.
const SEND_BUFFER: usize = 16 * 1024;

type Socket = WebSocketStream<TcpStream>;

/// Why a connection ended before its time.
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
    let (member, outbox) = hub.join(watch);
    let listen = async {
        while let Some(message) = messages.next().await {
            let message = message?;
            member.show_life();
            if let Message::Text(comment) = message {
                hub.publish(watch.project, &comment);
            }
        }
        Ok(())
    };
    tokio::select! {
        heard = listen => heard,
        () = deliver(outbox, sink) => Ok(()),
        () = member.given_up() => Ok(()),
    }
}

/// Sends what waits for a client, as fast as its line takes it.
async fn deliver(mut outbox: Outbox, mut sink: SplitSink<Socket, Message>) {
    while let Some(message) = outbox.next().await {
        // A line that is broken ends the reading, too, and with it the connection.
        let _ = sink.send(message).await;
    }
}

/// Makes a WebSocket of a client's request, and learns from it what the client wants to watch.
async fn shake_hands(stream: TcpStream) -> Result<(Socket, Watch), ConnectionError> {
    stream.set_nodelay(true)?;
    SockRef::from(&stream).set_send_buffer_size(SEND_BUFFER)?;
    let config = WebSocketConfig::default()
        .read_buffer_size(4 * 1024)
        .write_buffer_size(0)
        .max_message_size(Some(LONGEST))
        .max_frame_size(Some(LONGEST));
    let mut watch = None;
    #[expect(clippy::result_large_err, reason = "it is what a handshake's callback returns")]
    let read_request = |request: &Request, response: Response| {
        watch = watch_of(request.uri());
        if watch.is_some() { Ok(response) } else { Err(not_found()) }
    };
    let handshake = accept_hdr_async_with_config(stream, read_request, Some(config));
    let socket = timeout(HANDSHAKE, handshake).await??;
    Ok((socket, watch.ok_or(ConnectionError::NotFound)?))
}

/// `/projects/7`, or `/projects/7?since=12` of a client that comes back.
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
