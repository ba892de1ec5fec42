//! The keys of requests, and the receipts of those that were paid.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

/// A request's key. A customer chooses its text, and sends the same one again with a repeated request.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    customer: u32,
    text: Arc<str>,
}

impl Key {
    pub fn new(customer: u32, text: &str) -> Self {
        Self { customer, text: text.into() }
    }
}

/// What is known of a key.
#[derive(Debug, Clone)]
pub enum State {
    /// Its payment is being made.
    Claimed,
    /// It was paid, with this receipt.
    Paid(Arc<str>),
}

/// All known keys.
#[derive(Debug, Default)]
pub struct Keys {
    states: BTreeMap<Key, State>,
    /// The keys that were paid, and until when each is remembered; the earliest first.
    remembered: VecDeque<(Duration, Key)>,
}

impl Keys {
    /// Claims a key, unless something is known of it, which is returned.
    pub fn claim(&mut self, key: &Key, now: Duration) -> Option<State> {
        self.forget(now);
        let known = self.states.get(key).cloned();
        if known.is_none() {
            self.states.insert(key.clone(), State::Claimed);
        }
        known
    }

    /// A claimed key was paid: it is remembered until the time `until`, which is not earlier than for the keys before.
    pub fn paid(&mut self, key: Key, receipt: Arc<str>, until: Duration) {
        self.states.insert(key.clone(), State::Paid(receipt));
        self.remembered.push_back((until, key));
    }

    /// A claimed key was not paid.
    pub fn free(&mut self, key: &Key) {
        self.states.remove(key);
    }

    /// The number of known keys.
    pub fn known(&self) -> usize {
        self.states.len()
    }

    /// Forgets the keys whose time is over.
    fn forget(&mut self, now: Duration) {
        while let Some((until, _)) = self.remembered.front()
            && *until <= now
        {
            if let Some((_, key)) = self.remembered.pop_front() {
                self.states.remove(&key);
            }
        }
    }
}
