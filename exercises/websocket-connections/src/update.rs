//! Something that happened, as it goes over the line.

use serde_json::json;
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};

/// Something that happened in a project.
#[derive(Debug, Clone)]
pub struct Update {
    /// Counted from 1 in each project.
    pub number: u64,
    /// As it is sent. All who hear of it share it.
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

/// Tells a client that it missed `count` updates.
pub fn missed(count: u64) -> Message {
    Message::text(json!({ "missed": count }).to_string())
}
