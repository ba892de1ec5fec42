//! The emitter: passes every update to the listeners of its topics.

use std::collections::HashMap;
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

    /// Turns a listener off: it is no longer called.
    pub fn off(&self, id: ListenerId) {
        if let Some(listeners) = self.topics.lock().get_mut(&id.topic) {
            listeners.retain(|listener| listener.id != id);
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
