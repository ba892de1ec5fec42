//! A key whose payment is being made.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;

use crate::clock::Clock;
use crate::keys::{Key, Keys};

/// A claimed key. If it is dropped before it was paid, the key is free again.
#[derive(Debug)]
pub struct Claim<'a> {
    keys: &'a Mutex<Keys>,
    /// Present until it is paid.
    key: Option<Key>,
}

impl<'a> Claim<'a> {
    /// The claim to a key that was claimed just now.
    pub fn new(keys: &'a Mutex<Keys>, key: Key) -> Self {
        Self { keys, key: Some(key) }
    }

    /// The key was paid: it is remembered for the time `keep`, from now on.
    pub fn paid(mut self, receipt: Arc<str>, clock: &impl Clock, keep: Duration) {
        if let Some(key) = self.key.take() {
            // The clock is read under the lock, so that keys are in the order of their times.
            let mut keys = self.keys.lock();
            keys.paid(key, receipt, clock.now() + keep);
        }
    }
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        if let Some(key) = &self.key {
            self.keys.lock().free(key);
        }
    }
}
