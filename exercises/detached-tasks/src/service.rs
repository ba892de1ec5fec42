//! The way in: opens the editor, and answers for what is stored.

use std::sync::Arc;

use crate::mail::Mail;
use crate::session::Session;
use crate::store::{Place, Store};
use crate::writer::Writer;

/// Takes comments while they are written, each over a connection of its own.
///
/// A connection's handler owns its session. When it has been submitted, or when the connection
/// has ended, the handler lets go of it.
#[derive(Debug, Default)]
pub struct DraftService {
    store: Arc<Store>,
    mail: Arc<Mail>,
}

impl DraftService {
    /// `author` opens the editor on `task`, and goes on with the draft that was saved there.
    pub fn open(&self, author: u64, task: u64) -> Session {
        let place = Place { task, author };
        Session::open(Writer::new(place, Arc::clone(&self.store), Arc::clone(&self.mail)))
    }

    /// The draft of `author` on `task`, as it was last saved.
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

    /// `reader` gets a letter for every comment on `task` from now on.
    pub fn follow(&self, reader: u64, task: u64) {
        self.store.follow(reader, task);
    }

    /// The letters that have come for `reader`, oldest first. They are handed out once.
    pub fn letters(&self, reader: u64) -> Vec<String> {
        self.mail.take(reader)
    }

    /// `task` is done. Its drafts, comments and followers go.
    pub fn close_task(&self, task: u64) {
        self.store.close_task(task);
    }
}
