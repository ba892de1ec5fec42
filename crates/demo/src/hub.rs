//! The current state of the page: stored for pages that connect later, and sent to those connected.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::broadcast::{self, Receiver, Sender};

use crate::history::History;
use crate::message::{Frame, Happened, Message, Note, Shown, Status};

/// The maximum number of notes to store.
const MOST_NOTES: usize = 50;
/// How many messages a page may fall behind before it is sent everything again.
const BEHIND: usize = 64;

/// The current state, and its watchers.
#[derive(Debug)]
pub struct Hub {
    now: Mutex<Now>,
    watchers: Sender<Arc<str>>,
}

#[derive(Debug, Default)]
struct Now {
    shown: Option<Shown>,
    status: Status,
    history: History,
    notes: VecDeque<Note>,
    /// The speaker notes, as HTML. They are not part of the page's state, because they name the pattern.
    speaker_notes: String,
}

impl Hub {
    pub fn new() -> Self {
        Self { now: Mutex::default(), watchers: broadcast::channel(BEHIND).0 }
    }

    /// The current state, and a receiver of all later messages.
    pub fn watch(&self) -> (String, Receiver<Arc<str>>) {
        // Both under the lock, so that no message is missed in between.
        let now = self.lock();
        (now.all(), self.watchers.subscribe())
    }

    /// Starts another exercise, without any readings.
    pub fn begin(&self, shown: Option<Shown>, status: Status, speaker_notes: String) {
        let mut now = self.lock();
        *now = Now { shown, status, speaker_notes, ..Now::default() };
        self.send(now.all());
    }

    /// The speaker notes of the current exercise, as HTML.
    pub fn notes(&self) -> String {
        self.lock().speaker_notes.clone()
    }

    /// Updates the page's status.
    pub fn status(&self, status: Status) {
        let mut now = self.lock();
        now.status = status.clone();
        self.send_message(&Message::Status { status });
    }

    /// Forgets all readings and notes so far.
    pub fn clear(&self) {
        let mut now = self.lock();
        now.history = History::default();
        now.notes.clear();
        self.send(now.all());
    }

    /// Adds a reading.
    pub fn frame(&self, frame: Frame) {
        let mut now = self.lock();
        self.send_message(&Message::Frame { frame: frame.clone() });
        now.history.push(frame);
    }

    /// Adds a note.
    pub fn note(&self, note: Note) {
        let mut now = self.lock();
        self.send_message(&Message::Note { note: note.clone() });
        if now.notes.len() == MOST_NOTES {
            now.notes.pop_front();
        }
        now.notes.push_back(note);
    }

    /// The last reading, once there is one.
    pub fn last(&self) -> Option<Frame> {
        self.lock().history.last().cloned()
    }

    /// Whether there is a note of this kind.
    pub fn has_happened(&self, what: Happened) -> bool {
        self.lock().notes.iter().any(|note| note.what == what)
    }

    fn send_message(&self, message: &Message) {
        self.send(to_text(message));
    }

    fn send(&self, text: String) {
        // It is fine if nobody is watching.
        let _ = self.watchers.send(text.into());
    }

    fn lock(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Hub {
    fn default() -> Self {
        Self::new()
    }
}

impl Now {
    fn all(&self) -> String {
        to_text(&Message::All {
            shown: self.shown.clone(),
            status: self.status.clone(),
            frames: self.history.frames().cloned().collect(),
            notes: self.notes.iter().cloned().collect(),
        })
    }
}

fn to_text(message: &Message) -> String {
    serde_json::to_string(message).expect("messages are plain data")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Load;

    fn frame(at: f64) -> Frame {
        Frame { at, load: Load::All, per_second: 1.0, versions: Vec::new() }
    }

    #[test]
    fn a_late_watcher_gets_everything_once() {
        let hub = Hub::new();
        hub.begin(None, Status::default(), String::new());
        hub.frame(frame(1.0));
        let (all, mut later) = hub.watch();
        assert!(all.contains(r#""at":1.0"#), "{all}");
        hub.frame(frame(2.0));
        assert!(later.try_recv().unwrap().contains(r#""at":2.0"#));
        assert!(later.try_recv().is_err());
    }
}
