//! The inbox of a session: updates waiting for the client to fetch them.

use std::collections::VecDeque;
use std::sync::Arc;

use parking_lot::Mutex;

use crate::update::Update;

/// More than a page can show; a client that fetches rarely gets the latest ones.
const CAPACITY: usize = 64;

/// The latest updates for one session, in order.
pub struct Inbox {
    waiting: Mutex<VecDeque<Arc<Update>>>,
}

impl Inbox {
    pub fn new() -> Self {
        Self { waiting: Mutex::new(VecDeque::with_capacity(CAPACITY)) }
    }

    /// Adds an update, once: a mention on the project that the page shows has two topics.
    pub fn push(&self, update: &Arc<Update>) {
        let mut waiting = self.waiting.lock();
        if waiting.iter().any(|other| Arc::ptr_eq(other, update)) {
            return;
        }
        if waiting.len() == CAPACITY {
            waiting.pop_front();
        }
        waiting.push_back(Arc::clone(update));
    }

    /// Takes the waiting updates.
    pub fn take(&self) -> Vec<Arc<Update>> {
        self.waiting.lock().drain(..).collect()
    }
}
