//! Connected clients, and the rooms in which they watch a project together.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;
use serde_json::json;
use tokio::sync::mpsc;

use super::file::Upload;
use super::notification::{Event, Notifications, Subscription};
use crate::error::ApiError;

/// The most messages that wait for a slow client. It misses further ones, sees the gap in the
/// events' numbers, and reloads its board.
const QUEUE: usize = 32;

/// A client connected over a WebSocket.
pub struct Connection {
    pub number: u64,
    pub user: String,
    outbox: Arc<Outbox>,
    /// By the project.
    subscriptions: Mutex<Vec<(String, Subscription)>>,
    /// Files that this client is sending, to report their progress.
    pub uploads: Mutex<HashMap<u64, Arc<Upload>>>,
}

/// The messages to be sent to one client.
struct Outbox {
    queue: mpsc::Sender<String>,
    /// An event can reach a client in more than one way; it is sent once.
    last_event: AtomicU64,
}

impl Outbox {
    /// Whether the client is still connected.
    fn is_open(&self) -> bool {
        !self.queue.is_closed()
    }

    fn send(&self, message: String) {
        // A message that does not fit is lost; see `QUEUE`.
        let _ = self.queue.try_send(message);
    }

    fn send_event(&self, event: &Event) {
        if self.last_event.swap(event.number, Ordering::Relaxed) != event.number {
            self.send(json!(event).to_string());
        }
    }
}

impl Connection {
    /// Sends a message to this client only.
    pub fn send(&self, message: String) {
        self.outbox.send(message);
    }

    /// Passes the events of `project` on to the client.
    fn watch(&self, project: &str, notifications: &Notifications) {
        let outbox = Arc::clone(&self.outbox);
        let subscription = notifications.on(project, move |event| outbox.send_event(event));
        self.subscriptions.lock().push((project.to_owned(), subscription));
    }

    fn unwatch(&self, project: &str) {
        self.subscriptions.lock().retain(|(watched, _)| watched != project);
    }
}

/// All connections and rooms.
pub struct Hub {
    notifications: Arc<Notifications>,
    connections: Mutex<HashMap<u64, Arc<Connection>>>,
    /// The members of each project's room.
    rooms: Mutex<HashMap<String, Vec<Arc<Connection>>>>,
    last_number: AtomicU64,
}

impl Hub {
    pub fn new(notifications: Arc<Notifications>) -> Self {
        Self {
            notifications,
            connections: Mutex::default(),
            rooms: Mutex::default(),
            last_number: AtomicU64::new(0),
        }
    }

    /// Adds a client. Returns its connection and the messages to be sent to it.
    pub fn join(&self, user: String) -> (Arc<Connection>, mpsc::Receiver<String>) {
        let (queue, messages) = mpsc::channel(QUEUE);
        let connection = Arc::new(Connection {
            number: self.last_number.fetch_add(1, Ordering::Relaxed) + 1,
            user,
            outbox: Arc::new(Outbox { queue, last_event: AtomicU64::new(0) }),
            subscriptions: Mutex::default(),
            uploads: Mutex::default(),
        });
        self.connections.lock().insert(connection.number, Arc::clone(&connection));
        (connection, messages)
    }

    /// Removes a client that has left or vanished.
    pub fn leave(&self, connection: &Connection) {
        self.connections.lock().remove(&connection.number);
    }

    /// The connection with this number, if it belongs to `user`.
    pub fn connection(&self, number: u64, user: &str) -> Result<Arc<Connection>, ApiError> {
        let connections = self.connections.lock();
        let connection = connections.get(&number).ok_or(ApiError::Unknown("connection"))?;
        if connection.user != user {
            return Err(ApiError::NotYours);
        }
        Ok(Arc::clone(connection))
    }

    /// Lets a client watch `project`, and tells it who watches. It may ask again at any time.
    pub fn subscribe(&self, connection: &Arc<Connection>, project: &str) {
        let mut rooms = self.rooms.lock();
        let room = rooms.entry(project.to_owned()).or_default();
        // Clients that have left in the meantime need no message.
        room.retain(|member| member.outbox.is_open());
        if !room.iter().any(|member| member.number == connection.number) {
            let joined = json!({ "type": "joined", "project": project, "user": connection.user });
            for member in room.iter() {
                member.send(joined.to_string());
            }
            room.push(Arc::clone(connection));
        }
        let watching: Vec<&str> = room.iter().map(|member| member.user.as_str()).collect();
        let subscribed = json!({ "type": "subscribed", "project": project, "watching": watching });
        connection.send(subscribed.to_string());
        connection.watch(project, &self.notifications);
    }

    /// Stops a client from watching `project`.
    pub fn unsubscribe(&self, connection: &Connection, project: &str) {
        connection.unwatch(project);
        let mut rooms = self.rooms.lock();
        if let Some(room) = rooms.get_mut(project) {
            room.retain(|member| member.number != connection.number);
            if room.is_empty() {
                rooms.remove(project);
            }
        }
    }

    /// The number of connected clients.
    pub fn connected(&self) -> usize {
        self.connections.lock().len()
    }
}
