//! The outbox: letters on their way to the mail server.

use std::mem;

use parking_lot::Mutex;

use crate::job::End;

/// A letter for the mail server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    pub reader: u32,
    pub text: String,
}

/// The letters that are waiting for the mail server.
#[derive(Default)]
pub struct Outbox {
    letters: Mutex<Vec<Letter>>,
}

impl Outbox {
    /// Sends `reader` a letter about how something has ended.
    pub fn send(&self, reader: u32, about: &str, end: End) {
        self.letters.lock().push(Letter { reader, text: format!("{about}: {end}") });
    }

    /// Hands the letters over.
    pub fn take(&self) -> Vec<Letter> {
        mem::take(&mut self.letters.lock())
    }
}
