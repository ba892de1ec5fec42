//! Letters to the followers of a task.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::time;

/// The time per letter: the mail server accepts five letters a second.
const PACE: Duration = Duration::from_millis(200);

/// The letters that have been delivered but not fetched.
#[derive(Debug, Default)]
pub struct Mail {
    delivered: Mutex<BTreeMap<u64, Vec<String>>>,
}

impl Mail {
    /// Sends a letter to each of `readers` in the background.
    pub fn send(self: &Arc<Self>, readers: BTreeSet<u64>, letter: String) {
        let mail = Arc::clone(self);
        tokio::spawn(async move {
            for reader in readers {
                time::sleep(PACE).await;
                mail.deliver(reader, letter.clone());
            }
        });
    }

    /// Takes the letters of one reader.
    pub fn take(&self, reader: u64) -> Vec<String> {
        self.delivered.lock().remove(&reader).unwrap_or_default()
    }

    fn deliver(&self, reader: u64, letter: String) {
        self.delivered.lock().entry(reader).or_default().push(letter);
    }
}
