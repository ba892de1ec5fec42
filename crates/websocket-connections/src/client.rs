//! A client of the live updates, and the ways in which its connection can end.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use exercise_harness::runtime::{Late, within};
use futures::{FutureExt, SinkExt, StreamExt};
use serde::Deserialize;
use tokio::io::{Interest, Ready};
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

/// The system's receive buffer, in bytes. It is small, so that the connection of a client that does
/// not read is full at once, and not after megabytes.
const RECEIVE_BUFFER: u32 = 4 * 1024;

/// The length of a message that every server refuses, in bytes.
const TOO_LONG: usize = 17 * 1024;

/// The longest wait for an event that must occur. It never takes long; the limit prevents a hang.
pub const LIMIT: Duration = Duration::from_secs(10);

/// A connected client.
#[derive(Debug)]
pub struct Client {
    socket: WebSocketStream<TcpStream>,
    /// The number of fences so far.
    fences: u32,
    /// The messages received while it waited for something else, in order.
    heard: Vec<Heard>,
}

/// A message to a client.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum Heard {
    /// An update.
    Update {
        /// Its number.
        number: u64,
        /// Its text.
        text: String,
    },
    /// A gap: the client missed updates here.
    Missed {
        /// The number of missed updates.
        missed: u64,
    },
}

impl Heard {
    /// The number of an update; `None` for a gap.
    pub fn number(&self) -> Option<u64> {
        match self {
            Self::Update { number, .. } => Some(*number),
            Self::Missed { .. } => None,
        }
    }
}

/// An event on the connection.
#[derive(Debug)]
enum Came {
    Heard(Heard),
    Pong(Bytes),
    Ping,
    Farewell,
    End,
}

/// Why a client did not get an expected message, in a sentence.
#[derive(Debug)]
pub struct Trouble(String);

impl Client {
    /// Connects to the server at `address`, to watch `project`.
    pub async fn watch(address: SocketAddr, project: u64) -> Result<Self, Trouble> {
        Self::connect(address, &format!("/projects/{project}")).await
    }

    /// Like [`watch`](Self::watch), for a client that has the updates up to the number `since`.
    pub async fn come_back(address: SocketAddr, project: u64, since: u64) -> Result<Self, Trouble> {
        Self::connect(address, &format!("/projects/{project}?since={since}")).await
    }

    /// Connects and requests `path`.
    pub async fn connect(address: SocketAddr, path: &str) -> Result<Self, Trouble> {
        let stream = dial(address).await?;
        let config = WebSocketConfig::default().read_buffer_size(4 * 1024).write_buffer_size(0);
        let shaken =
            client_async_with_config(format!("ws://{address}{path}"), stream, Some(config));
        let (socket, _) = within(LIMIT, "the answer to the handshake", shaken).await??;
        Ok(Self { socket, fences: 0, heard: Vec::new() })
    }

    /// The next message to the client. The end of the connection is an error.
    pub async fn next(&mut self) -> Result<Heard, Trouble> {
        if !self.heard.is_empty() {
            return Ok(self.heard.remove(0));
        }
        let heard = async {
            loop {
                match self.receive().await? {
                    Came::Heard(heard) => return Ok(heard),
                    Came::Pong(_) | Came::Ping => {}
                    Came::Farewell | Came::End => return Err(Trouble::ended("an update")),
                }
            }
        };
        within(LIMIT, "an update", heard).await?
    }

    /// Sends a ping and waits for its answer: then the server has handled all earlier messages.
    /// Messages received meanwhile are kept for [`next`](Self::next).
    pub async fn fence(&mut self) -> Result<(), Trouble> {
        self.fences += 1;
        let mark = Bytes::copy_from_slice(&self.fences.to_be_bytes());
        self.send(Message::Ping(mark.clone())).await?;
        let answered = async {
            loop {
                match self.receive().await? {
                    Came::Pong(payload) if payload == mark => return Ok(()),
                    Came::Heard(heard) => self.heard.push(heard),
                    Came::Pong(_) | Came::Ping => {}
                    Came::Farewell | Came::End => {
                        return Err(Trouble::ended("the answer to a ping"));
                    }
                }
            }
        };
        within(LIMIT, "the answer to a ping", answered).await?
    }

    /// Waits for a ping from the server and answers it.
    pub async fn answer_ping(&mut self) -> Result<(), Trouble> {
        let pinged = async {
            loop {
                match self.receive().await? {
                    Came::Ping => return Ok(()),
                    Came::Heard(heard) => self.heard.push(heard),
                    Came::Pong(_) => {}
                    Came::Farewell | Came::End => return Err(Trouble::ended("a ping")),
                }
            }
        };
        within(LIMIT, "a ping", pinged).await??;
        self.socket.flush().await.map_err(Trouble::from)
    }

    /// Sends an unsolicited pong, to show that it is alive whatever it has read.
    pub async fn show_life(&mut self) -> Result<(), Trouble> {
        self.send(Message::Pong(Bytes::new())).await
    }

    /// Sends a ping and does not wait for its answer.
    pub async fn ping(&mut self) -> Result<(), Trouble> {
        self.send(Message::Ping(Bytes::new())).await
    }

    /// Comments on its project.
    pub async fn comment(&mut self, text: &str) -> Result<(), Trouble> {
        self.send(Message::text(text)).await
    }

    /// Sends a close frame, waits for the answer, and waits until the server closes the connection.
    pub async fn leave(mut self) -> Result<(), Trouble> {
        self.send(Message::Close(None)).await?;
        let ended = async {
            let mut answered = false;
            loop {
                match self.receive().await? {
                    Came::Farewell => answered = true,
                    Came::End if answered => return Ok(()),
                    Came::End => return Err(Trouble::ended("the answer to a farewell")),
                    Came::Heard(_) | Came::Pong(_) | Came::Ping => {}
                }
            }
        };
        within(LIMIT, "the end of the connection", ended).await?
    }

    /// Sends a message that is too long, and disconnects without a close frame.
    pub async fn babble(mut self) -> Result<(), Trouble> {
        self.send(Message::binary(vec![7; TOO_LONG])).await
    }

    /// Disconnects without a close frame.
    pub fn vanish(self) {
        drop(self);
    }

    /// Stops sending and reading, and keeps the connection open.
    pub fn fall_silent(self) -> SilentLine {
        SilentLine(self.socket.into_inner())
    }

    async fn send(&mut self, message: Message) -> Result<(), Trouble> {
        Ok(within(LIMIT, "room in the send buffer", self.socket.send(message)).await??)
    }

    async fn receive(&mut self) -> Result<Came, Trouble> {
        Ok(match self.socket.next().await.transpose()? {
            Some(Message::Text(line)) => {
                let heard = serde_json::from_str(&line).map_err(|error| {
                    Trouble(format!("{line:?} is neither an update nor a gap: {error}"))
                })?;
                Came::Heard(heard)
            }
            Some(Message::Pong(payload)) => Came::Pong(payload),
            Some(Message::Ping(_)) => Came::Ping,
            Some(Message::Close(_)) => Came::Farewell,
            None => Came::End,
            Some(other) => return Err(Trouble(format!("the message {other:?} is not expected"))),
        })
    }
}

/// The connection of a client that has fallen silent.
#[derive(Debug)]
pub struct SilentLine(TcpStream);

impl SilentLine {
    /// Whether the server has closed the connection. This cannot be detected if the connection is
    /// full.
    pub fn is_cut(&self) -> bool {
        if cfg!(windows) {
            return self.is_cut_after_the_rest();
        }
        let ready = self.0.ready(Interest::READABLE).now_or_never();
        ready.is_some_and(|ready| ready.map_or(true, Ready::is_read_closed))
    }

    /// As [`is_cut`](Self::is_cut), after reading what has come: on Windows, the runtime learns of the end only then.
    fn is_cut_after_the_rest(&self) -> bool {
        let mut part = [0; 4096];
        loop {
            match self.0.try_read(&mut part) {
                Ok(0) => return true,
                Ok(_) => {}
                Err(error) => return error.kind() != io::ErrorKind::WouldBlock,
            }
        }
    }
}

/// Connects to `address` with a small receive buffer.
pub async fn dial(address: SocketAddr) -> io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.set_recv_buffer_size(RECEIVE_BUFFER)?;
    socket.set_nodelay(true)?;
    socket.connect(address).await
}

impl Trouble {
    /// An error with this sentence.
    pub fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }

    fn ended(instead_of: &str) -> Self {
        Self(format!("the connection ended, but {instead_of} was expected"))
    }
}

impl std::fmt::Display for Trouble {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl From<Late> for Trouble {
    fn from(late: Late) -> Self {
        Self(late.to_string())
    }
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Self(format!("the system returned an error: {error}"))
    }
}

impl From<tungstenite::Error> for Trouble {
    fn from(error: tungstenite::Error) -> Self {
        Self(format!("the connection is broken: {error}"))
    }
}
