//! Who is connected, and what they watch.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::history::History;
use crate::outbox::{self, Outbox, Slot};

/// A client that has left so many pings without a sign of life is given up at the next.
const MOST_UNANSWERED: u32 = 2;

/// What a client wants to hear of.
#[derive(Debug, Clone, Copy)]
pub struct Watch {
    pub project: u64,
    /// The last update that the client knows of, if it has been here before.
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

/// A client's entry in the hub, for as long as this is held.
#[derive(Debug)]
pub struct Membership {
    hub: Arc<Hub>,
    id: u64,
    line: CancellationToken,
}

impl Membership {
    /// Something came from the client: it is alive.
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
    /// A hub with room for `clients`; more make it grow.
    pub fn with_room_for(clients: usize) -> Self {
        let clients = HashMap::with_capacity(clients);
        Self { state: Mutex::new(State { projects: HashMap::new(), clients, last_id: 0 }) }
    }

    /// A client has come. Returns its membership, and an outbox that holds what it missed already.
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

    /// Something happened in a project: all who watch it get to hear of it. Returns its number.
    pub fn publish(&self, project: u64, text: &str) -> u64 {
        let state = &mut *self.state.lock();
        let update = state.projects.entry(project).or_default().add(text);
        for client in state.clients.values().filter(|client| client.project == project) {
            client.slot.update(&update);
        }
        update.number
    }

    /// Pings every client, so that no proxy on its way takes the line for dead. Who has not
    /// answered for too long is given up.
    pub fn ping(&self) {
        let clients = &mut self.state.lock().clients;
        clients.retain(|_, client| client.unanswered < MOST_UNANSWERED);
        for client in clients.values_mut() {
            client.unanswered += 1;
            client.slot.ping();
        }
    }
}
