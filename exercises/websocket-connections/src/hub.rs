//! The connected clients, and the projects that they watch.

use std::collections::HashMap;

use parking_lot::Mutex;

use crate::history::History;
use crate::outbox::{self, Outbox, Slot};

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
}

impl Hub {
    /// Creates a hub with room for `clients`; more clients make it grow.
    pub fn with_room_for(clients: usize) -> Self {
        let clients = HashMap::with_capacity(clients);
        Self { state: Mutex::new(State { projects: HashMap::new(), clients, last_id: 0 }) }
    }

    /// Adds a client. Returns its id, and an outbox with the updates that it has missed.
    pub fn join(&self, watch: Watch) -> (u64, Outbox) {
        let state = &mut *self.state.lock();
        let history = state.projects.get(&watch.project);
        let latest = history.map_or(0, History::last_number);
        let known = watch.since.unwrap_or(latest).min(latest);
        let (slot, outbox) = outbox::outbox(known);
        for update in history.iter().flat_map(|history| history.after(known)) {
            slot.update(update);
        }
        state.last_id += 1;
        state.clients.insert(state.last_id, Client { project: watch.project, slot });
        (state.last_id, outbox)
    }

    /// Removes a client.
    pub fn leave(&self, id: u64) {
        self.state.lock().clients.remove(&id);
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

    /// Pings every client, so that no proxy closes the connection as idle.
    pub fn ping(&self) {
        for client in self.state.lock().clients.values() {
            client.slot.ping();
        }
    }
}
