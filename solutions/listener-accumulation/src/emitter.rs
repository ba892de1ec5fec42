//! The emitter: passes every update to the listeners of its topics.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;

use crate::update::{Topic, Update};

type Callback = Arc<dyn Fn(&Arc<Update>) + Send + Sync>;

/// Names a listener.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListenerId {
    topic: Topic,
    number: u64,
}

struct Listener {
    id: ListenerId,
    callback: Callback,
}

/// A listener that is turned off when this value is dropped.
#[must_use]
pub struct Subscription {
    emitter: Arc<Emitter>,
    id: ListenerId,
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.emitter.off(self.id);
    }
}

/// Calls listeners with updates, on the thread that publishes the update.
#[derive(Default)]
pub struct Emitter {
    topics: Mutex<HashMap<Topic, Vec<Listener>>>,
    listeners_added: AtomicU64,
}

impl Emitter {
    /// Calls `callback` with every update to `topic`, until it is turned off.
    pub fn on(
        &self,
        topic: Topic,
        callback: impl Fn(&Arc<Update>) + Send + Sync + 'static,
    ) -> ListenerId {
        let number = self.listeners_added.fetch_add(1, Ordering::Relaxed);
        let id = ListenerId { topic, number };
        let listener = Listener { id, callback: Arc::new(callback) };
        self.topics.lock().entry(topic).or_default().push(listener);
        id
    }

    /// Like [`on`](Self::on), until the subscription is dropped.
    pub fn subscribe(
        self: &Arc<Self>,
        topic: Topic,
        callback: impl Fn(&Arc<Update>) + Send + Sync + 'static,
    ) -> Subscription {
        Subscription { emitter: Arc::clone(self), id: self.on(topic, callback) }
    }

    /// Turns a listener off: it is no longer called.
    pub fn off(&self, id: ListenerId) {
        if let Entry::Occupied(mut listeners) = self.topics.lock().entry(id.topic) {
            listeners.get_mut().retain(|listener| listener.id != id);
            if listeners.get().is_empty() {
                listeners.remove();
            }
        }
    }

    /// Calls the listeners of each topic of the update.
    pub fn emit(&self, update: &Arc<Update>) {
        for topic in update.topics() {
            for callback in self.callbacks(topic) {
                callback(update);
            }
        }
    }

    /// The callbacks of a topic, to call without the lock: a callback may use the emitter.
    fn callbacks(&self, topic: Topic) -> Vec<Callback> {
        let topics = self.topics.lock();
        let listeners = topics.get(&topic).into_iter().flatten();
        listeners.map(|listener| Arc::clone(&listener.callback)).collect()
    }
}
