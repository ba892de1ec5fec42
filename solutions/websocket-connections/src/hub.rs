//! The connected clients, and the projects that they watch.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::history::History;
use crate::outbox::{self, Outbox, Slot};

/// A client that has given no sign of life after this many pings is given up at the next one.
const MOST_UNANSWERED: u32 = 2;

/// The updates that a client wants to receive.
#[derive(Debug, Clone, Copy)]
pub struct Watch {
    pub project: u64,
    /// The last update that the client has, if it has been connected before.
    pub since: Option<u64>,
}

/// All clients and all projects.
#[derive(Debug)]
pub struct Hub {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    projects: HashMap<u64, History>,
    clients: HashMap<u64, Client>,
    last_id: u64,
}

#[derive(Debug)]
struct Client {
    project: u64,
    slot: Slot,
    /// Pings since the last sign of life.
    unanswered: u32,
    /// Ends the connection with this entry.
    _line: DropGuard,
}

/// A client's entry in the hub. Dropping it removes the entry.
#[derive(Debug)]
pub struct Membership {
    hub: Arc<Hub>,
    id: u64,
    line: CancellationToken,
}

impl Membership {
    /// Records a sign of life from the client.
    pub fn show_life(&self) {
        if let Some(client) = self.hub.state.lock().clients.get_mut(&self.id) {
            client.unanswered = 0;
        }
    }

    /// Waits until the hub has given the client up.
    pub async fn given_up(&self) {
        self.line.cancelled().await;
    }
}

impl Drop for Membership {
    fn drop(&mut self) {
        self.hub.state.lock().clients.remove(&self.id);
    }
}

impl Hub {
    /// Creates a hub with room for `clients`; more clients make it grow.
    pub fn with_room_for(clients: usize) -> Self {
        let clients = HashMap::with_capacity(clients);
        Self { state: Mutex::new(State { projects: HashMap::new(), clients, last_id: 0 }) }
    }

    /// Adds a client. Returns its membership, and an outbox with the updates that it has missed.
    pub fn join(self: &Arc<Self>, watch: Watch) -> (Membership, Outbox) {
        let state = &mut *self.state.lock();
        let history = state.projects.get(&watch.project);
        let latest = history.map_or(0, History::last_number);
        let known = watch.since.unwrap_or(latest).min(latest);
        let (slot, outbox) = outbox::outbox(known);
        for update in history.iter().flat_map(|history| history.after(known)) {
            slot.update(update);
        }
        state.last_id += 1;
        let line = CancellationToken::new();
        let client = Client {
            project: watch.project,
            slot,
            unanswered: 0,
            _line: line.clone().drop_guard(),
        };
        state.clients.insert(state.last_id, client);
        (Membership { hub: Arc::clone(self), id: state.last_id, line }, outbox)
    }

    /// Publishes an update to all clients that watch a project. Returns its number.
    pub fn publish(&self, project: u64, text: &str) -> u64 {
        let state = &mut *self.state.lock();
        let update = state.projects.entry(project).or_default().add(text);
        for client in state.clients.values().filter(|client| client.project == project) {
            client.slot.update(&update);
        }
        update.number
    }

    /// Pings every client, so that no proxy closes the connection as idle. Gives up clients that
    /// have not answered for too long.
    pub fn ping(&self) {
        let clients = &mut self.state.lock().clients;
        clients.retain(|_, client| client.unanswered < MOST_UNANSWERED);
        for client in clients.values_mut() {
            client.unanswered += 1;
            client.slot.ping();
        }
    }
}
