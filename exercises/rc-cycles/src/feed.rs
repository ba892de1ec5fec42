//! The feed of an open page: shows comments at once.

use std::cell::RefCell;

use crate::channel::{Note, Observer};

/// The comments that a page has yet to show.
#[derive(Default)]
pub struct Feed {
    lines: RefCell<Vec<String>>,
}

impl Feed {
    /// Hands over the comments received since the last call.
    pub fn take(&self) -> Vec<String> {
        self.lines.take()
    }
}

impl Observer for Feed {
    fn notify(&self, note: &Note) {
        self.lines.borrow_mut().push(format!("{}: {}", note.author, note.text));
    }
}
