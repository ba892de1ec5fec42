//! The other end of the line: a client of the live updates, and the ways in which it can end.

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

/// The system's buffer of what has come and was not read, in bytes: small, so that whoever does not
/// read fills its line at once, and not after megabytes.
const RECEIVE_BUFFER: u32 = 4 * 1024;

/// The length of a message that no server takes, in bytes.
const TOO_LONG: usize = 17 * 1024;

/// How long an event may take that must come. It never takes long; this ends what would hang.
pub const LIMIT: Duration = Duration::from_secs(10);

/// A client, connected.
#[derive(Debug)]
pub struct Client {
    socket: WebSocketStream<TcpStream>,
    /// Fences that were set so far.
    fences: u32,
    /// What came while it waited for something else, in order.
    heard: Vec<Heard>,
}

/// What a client gets to hear.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum Heard {
    /// Something happened.
    Update {
        /// Its number.
        number: u64,
        /// What it was.
        text: String,
    },
    /// So many updates are missing here.
    Missed {
        /// How many.
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

/// What can come over the line.
#[derive(Debug)]
enum Came {
    Heard(Heard),
    Pong(Bytes),
    Ping,
    Farewell,
    End,
}

/// Why a client did not get what it should, in a sentence.
#[derive(Debug)]
pub struct Trouble(String);

impl Client {
    /// Connects to the server at `address`, to watch `project`.
    pub async fn watch(address: SocketAddr, project: u64) -> Result<Self, Trouble> {
        Self::connect(address, &format!("/projects/{project}")).await
    }

    /// As [`watch`](Self::watch), of a client that knows the updates up to the number `since`.
    pub async fn come_back(address: SocketAddr, project: u64, since: u64) -> Result<Self, Trouble> {
        Self::connect(address, &format!("/projects/{project}?since={since}")).await
    }

    /// Connects, and asks for `path`.
    pub async fn connect(address: SocketAddr, path: &str) -> Result<Self, Trouble> {
        let stream = dial(address).await?;
        let config = WebSocketConfig::default().read_buffer_size(4 * 1024).write_buffer_size(0);
        let shaken =
            client_async_with_config(format!("ws://{address}{path}"), stream, Some(config));
        let (socket, _) = within(LIMIT, "the answer to the handshake", shaken).await??;
        Ok(Self { socket, fences: 0, heard: Vec::new() })
    }

    /// The next thing that the client hears. An end of the line is trouble.
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

    /// Sends a ping and waits for its answer: what it sent before, the server has taken in then.
    /// What it hears meanwhile is kept for [`next`](Self::next).
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

    /// Waits for a ping of the server, and answers it.
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

    /// Sends a pong that answers nothing: it is alive, whatever it has read.
    pub async fn show_life(&mut self) -> Result<(), Trouble> {
        self.send(Message::Pong(Bytes::new())).await
    }

    /// Comments on its project.
    pub async fn comment(&mut self, text: &str) -> Result<(), Trouble> {
        self.send(Message::text(text)).await
    }

    /// Says farewell, is answered, and waits until the server has closed the line.
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
        within(LIMIT, "the end of the line", ended).await?
    }

    /// Sends a message that is too long to be taken, and is gone without a word.
    pub async fn babble(mut self) -> Result<(), Trouble> {
        self.send(Message::binary(vec![7; TOO_LONG])).await
    }

    /// Is gone without a word: the line is closed, no close frame was sent.
    pub fn vanish(self) {
        drop(self);
    }

    /// Says nothing and reads nothing any more, and its line stays open.
    pub fn fall_silent(self) -> SilentLine {
        SilentLine(self.socket.into_inner())
    }

    async fn send(&mut self, message: Message) -> Result<(), Trouble> {
        Ok(within(LIMIT, "room on the line", self.socket.send(message)).await??)
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
            Some(other) => return Err(Trouble(format!("{other:?} is no message of this server"))),
        })
    }
}

/// The line of a client that has fallen silent.
#[derive(Debug)]
pub struct SilentLine(TcpStream);

impl SilentLine {
    /// Whether the server has closed the line. Of a line that is full it cannot be told.
    pub fn is_cut(&self) -> bool {
        let ready = self.0.ready(Interest::READABLE).now_or_never();
        ready.is_some_and(|ready| ready.map_or(true, Ready::is_read_closed))
    }
}

/// A connection to `address` whose end here has a small buffer.
pub async fn dial(address: SocketAddr) -> io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.set_recv_buffer_size(RECEIVE_BUFFER)?;
    socket.set_nodelay(true)?;
    socket.connect(address).await
}

impl Trouble {
    /// For what else can be wrong, a sentence.
    pub fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }

    fn ended(instead_of: &str) -> Self {
        Self(format!("the line ended where {instead_of} should have come"))
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
        Self(format!("the system refused it: {error}"))
    }
}

impl From<tungstenite::Error> for Trouble {
    fn from(error: tungstenite::Error) -> Self {
        Self(format!("the line is broken: {error}"))
    }
}
