//! The feed of an open page: shows at once what is said.

use std::cell::RefCell;

use crate::channel::{Note, Observer};

/// What a page has yet to show.
#[derive(Default)]
pub struct Feed {
    lines: RefCell<Vec<String>>,
}

impl Feed {
    /// Hands over what came in since the last call.
    pub fn take(&self) -> Vec<String> {
        self.lines.take()
    }
}

impl Observer for Feed {
    fn notify(&self, note: &Note) {
        self.lines.borrow_mut().push(format!("{}: {}", note.author, note.text));
    }
}
