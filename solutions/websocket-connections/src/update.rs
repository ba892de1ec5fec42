//! An update, and its form in a message.

use serde_json::json;
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};

/// An update to a project.
#[derive(Debug, Clone)]
pub struct Update {
    /// Counted from 1 in each project.
    pub number: u64,
    /// Its text form, shared by all clients that receive it.
    line: Utf8Bytes,
}

impl Update {
    pub fn new(number: u64, text: &str) -> Self {
        let line = json!({ "number": number, "text": text }).to_string();
        Self { number, line: line.as_str().into() }
    }
}

impl From<Update> for Message {
    fn from(update: Update) -> Self {
        Self::Text(update.line)
    }
}

/// The message to a client that it missed `count` updates.
pub fn missed(count: u64) -> Message {
    Message::text(json!({ "missed": count }).to_string())
}
