//! A user's WebSocket connection to the server.

use anyhow::{Context as _, bail};
use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use crate::client::{Client, DEADLINE};

/// A WebSocket connection, greeted by the server.
pub struct Live {
    /// The connection's number.
    pub number: u64,
    socket: WebSocketStream<TcpStream>,
}

impl Live {
    /// Connects as the user of `client`.
    pub async fn connect(client: &Client) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(client.address).await?;
        stream.set_nodelay(true)?;
        let mut request = format!("ws://{}/live", client.address).into_client_request()?;
        request.headers_mut().insert("authorization", format!("Bearer {}", client.token).parse()?);
        let shaken = timeout(DEADLINE, tokio_tungstenite::client_async(request, stream)).await;
        let (socket, _) = shaken.context("the WebSocket was not opened in time")??;
        let mut live = Self { number: 0, socket };
        let welcome = live.wait_for("welcome").await?;
        live.number = welcome["connection"].as_u64().context("the connection has no number")?;
        Ok(live)
    }

    pub async fn send(&mut self, message: &Value) -> anyhow::Result<()> {
        self.send_raw(Message::text(message.to_string())).await
    }

    pub async fn send_raw(&mut self, message: Message) -> anyhow::Result<()> {
        timeout(DEADLINE, self.socket.send(message))
            .await
            .context("nothing was sent in time")??;
        Ok(())
    }

    /// Subscribes, or renews a subscription. Returns the users who watch.
    pub async fn subscribe(&mut self, project: &str) -> anyhow::Result<Vec<String>> {
        self.send(&json!({ "type": "subscribe", "project": project })).await?;
        let subscribed = self.wait_for("subscribed").await?;
        let watching = subscribed["watching"].as_array().context("the answer lacks `watching`")?;
        Ok(watching.iter().filter_map(Value::as_str).map(str::to_owned).collect())
    }

    /// Waits for the next message of this kind and ignores others.
    pub async fn wait_for(&mut self, kind: &str) -> anyhow::Result<Value> {
        loop {
            let message = self.next().await.with_context(|| format!("waiting for {kind}"))?;
            if message["type"] == kind {
                return Ok(message);
            }
        }
    }

    /// The next message.
    pub async fn next(&mut self) -> anyhow::Result<Value> {
        loop {
            match self.next_raw().await? {
                Message::Text(text) => return Ok(serde_json::from_str(&text)?),
                Message::Close(frame) => bail!("the server has closed the connection: {frame:?}"),
                _ => {}
            }
        }
    }

    /// The next message, however long it takes.
    pub async fn listen(&mut self) -> anyhow::Result<Value> {
        loop {
            let message = self.socket.next().await.context("the connection has ended")??;
            if let Message::Text(text) = message {
                return Ok(serde_json::from_str(&text)?);
            }
        }
    }

    /// The connection below the WebSocket, to send invalid frames.
    pub fn stream(&mut self) -> &mut TcpStream {
        self.socket.get_mut()
    }

    pub async fn next_raw(&mut self) -> anyhow::Result<Message> {
        let next = timeout(DEADLINE, self.socket.next()).await;
        let next = next.with_context(|| format!("nothing came within {DEADLINE:?}"))?;
        Ok(next.context("the connection has ended")??)
    }

    /// Sends a request and returns all messages that come before its answer.
    pub async fn all_so_far(&mut self) -> anyhow::Result<Vec<Value>> {
        self.send(&json!({ "type": "progress" })).await?;
        let mut messages = Vec::new();
        loop {
            let message = self.next().await?;
            if message["type"] == "progress" {
                return Ok(messages);
            }
            messages.push(message);
        }
    }

    /// Sends a close frame and waits for the server's.
    pub async fn close(mut self) -> anyhow::Result<()> {
        let closing = async {
            self.socket.close(None).await?;
            while let Some(message) = self.socket.next().await {
                message?;
            }
            anyhow::Ok(())
        };
        timeout(DEADLINE, closing).await.context("the goodbye was not answered in time")?
    }
}
