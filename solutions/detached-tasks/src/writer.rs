//! The task that keeps a session's draft.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

use crate::mail::Mail;
use crate::store::{Place, Store};

/// What a writer is told.
#[derive(Debug)]
pub enum Entry {
    /// This was typed.
    Text(String),
    /// The draft is to be saved as it is now.
    Save,
    /// The draft is to become a comment; the sender wants to know when it has.
    Submit(oneshot::Sender<()>),
}

/// Keeps one draft. Nobody else touches it, so that it needs no lock.
#[derive(Debug)]
pub struct Writer {
    place: Place,
    draft: String,
    /// Whether the store has the draft as it is.
    is_saved: bool,
    store: Arc<Store>,
    mail: Arc<Mail>,
}

impl Writer {
    /// A writer that goes on with the draft that was saved at `place`.
    pub fn new(place: Place, store: Arc<Store>, mail: Arc<Mail>) -> Self {
        let draft = store.draft(place).unwrap_or_default();
        Self { place, draft, is_saved: true, store, mail }
    }

    /// Takes entries in their order, until one of them submits the draft or nobody is left who
    /// could send another. Nothing that was sent is lost.
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
                    // Who asked may have left meanwhile.
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
