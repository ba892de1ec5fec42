//! Letters to those who follow a task.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::time;

/// The mail server takes five letters a second.
const PACE: Duration = Duration::from_millis(200);

/// The letters that have been delivered and not been fetched.
#[derive(Debug, Default)]
pub struct Mail {
    delivered: Mutex<BTreeMap<u64, Vec<String>>>,
}

impl Mail {
    /// Sends a letter to each of `readers`, in its own time.
    pub fn send(self: &Arc<Self>, readers: BTreeSet<u64>, letter: String) {
        let mail = Arc::clone(self);
        tokio::spawn(async move {
            for reader in readers {
                time::sleep(PACE).await;
                mail.deliver(reader, letter.clone());
            }
        });
    }

    /// The letters of one reader, which are then no longer here.
    pub fn take(&self, reader: u64) -> Vec<String> {
        self.delivered.lock().remove(&reader).unwrap_or_default()
    }

    fn deliver(&self, reader: u64, letter: String) {
        self.delivered.lock().entry(reader).or_default().push(letter);
    }
}
