//! The entry point: opens editors and returns stored drafts and comments.

use std::sync::Arc;

use crate::mail::Mail;
use crate::session::Session;
use crate::store::{Place, Store};
use crate::writer::Writer;

/// Accepts comments while they are written, each over its own connection.
///
/// A connection's handler owns its session. It submits the session, or drops it when the
/// connection has ended.
#[derive(Debug, Default)]
pub struct DraftService {
    store: Arc<Store>,
    mail: Arc<Mail>,
}

impl DraftService {
    /// Opens the editor of `author` on `task`. It continues the draft that was saved there.
    pub fn open(&self, author: u64, task: u64) -> Session {
        let place = Place { task, author };
        Session::open(Writer::new(place, Arc::clone(&self.store), Arc::clone(&self.mail)))
    }

    /// The last saved draft of `author` on `task`.
    pub fn draft(&self, author: u64, task: u64) -> Option<String> {
        self.store.draft(Place { task, author })
    }

    /// How many times a draft was saved.
    pub fn saves(&self) -> u64 {
        self.store.saves()
    }

    /// The comments on `task`, in the order in which they were submitted.
    pub fn comments(&self, task: u64) -> Vec<String> {
        self.store.comments(task)
    }

    /// Sends `reader` a letter for every comment on `task` from now on.
    pub fn follow(&self, reader: u64, task: u64) {
        self.store.follow(reader, task);
    }

    /// Takes the letters that have arrived for `reader`, oldest first.
    pub fn letters(&self, reader: u64) -> Vec<String> {
        self.mail.take(reader)
    }

    /// Closes `task` and removes its drafts, comments and followers.
    pub fn close_task(&self, task: u64) {
        self.store.close_task(task);
    }
}
