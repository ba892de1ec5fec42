//! The runtime task that keeps a session's draft.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

use crate::mail::Mail;
use crate::store::{Place, Store};

/// A message to a writer.
#[derive(Debug)]
pub enum Entry {
    /// Adds typed text to the draft.
    Text(String),
    /// Saves the draft as it is now.
    Save,
    /// Turns the draft into a comment and notifies the caller when it is stored.
    Submit(oneshot::Sender<()>),
}

/// Keeps one draft. Nothing else accesses the draft, so it needs no lock.
#[derive(Debug)]
pub struct Writer {
    place: Place,
    draft: String,
    /// Whether the store has the current draft.
    is_saved: bool,
    store: Arc<Store>,
    mail: Arc<Mail>,
}

impl Writer {
    /// Creates a writer that continues the draft saved at `place`.
    pub fn new(place: Place, store: Arc<Store>, mail: Arc<Mail>) -> Self {
        let draft = store.draft(place).unwrap_or_default();
        Self { place, draft, is_saved: true, store, mail }
    }

    /// Handles entries in order, until one of them submits the draft or no sender is left. No
    /// entry that was sent is lost.
    pub async fn run(mut self, mut entries: mpsc::Receiver<Entry>) {
        while let Some(entry) = entries.recv().await {
            match entry {
                Entry::Text(text) => {
                    self.draft.push_str(&text);
                    self.is_saved = false;
                }
                Entry::Save => self.save(),
                Entry::Submit(done) => {
                    self.submit();
                    // The caller may have left meanwhile.
                    let _ = done.send(());
                    return;
                }
            }
        }
        self.save();
    }

    fn save(&mut self) {
        if !self.is_saved {
            self.store.save(self.place, &self.draft);
            self.is_saved = true;
        }
    }

    fn submit(&mut self) {
        let Place { task, author } = self.place;
        let followers = self.store.submit(self.place, &self.draft);
        self.mail.send(followers, format!("{author} on #{task}: {}", self.draft));
    }
}
