//! The current state of the page: stored for pages that connect later, and sent to those connected.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::broadcast::{self, Receiver, Sender};

use crate::message::{Frame, Message, Note, Shown, Status};

/// The maximum number of readings to store. Beyond it every second reading is dropped, so that the
/// whole run remains visible at a decreasing resolution. The page does the same.
pub const MOST_FRAMES: usize = 1200;
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
    frames: VecDeque<Frame>,
    /// The last reading, if it is not in `frames`.
    last: Option<Frame>,
    /// One reading in this many is stored.
    every: usize,
    /// Readings since the last stored one.
    skipped: usize,
    notes: VecDeque<Note>,
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
    pub fn begin(&self, shown: Option<Shown>, status: Status) {
        let mut now = self.lock();
        *now = Now { shown, status, every: 1, ..Now::default() };
        self.send(now.all());
    }

    /// Updates the page's status.
    pub fn status(&self, status: Status) {
        let mut now = self.lock();
        now.status = status.clone();
        self.send_message(&Message::Status { status });
    }

    /// Adds a reading.
    pub fn frame(&self, frame: Frame) {
        let mut now = self.lock();
        self.send_message(&Message::Frame { frame: frame.clone() });
        now.keep(frame);
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
        let now = self.lock();
        now.last.clone().or_else(|| now.frames.back().cloned())
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
            frames: self.frames.iter().chain(&self.last).cloned().collect(),
            notes: self.notes.iter().cloned().collect(),
        })
    }

    fn keep(&mut self, frame: Frame) {
        self.skipped += 1;
        if self.skipped < self.every {
            self.last = Some(frame);
            return;
        }
        self.skipped = 0;
        self.last = None;
        if self.frames.len() == MOST_FRAMES {
            let mut odd = false;
            self.frames.retain(|_| {
                odd = !odd;
                odd
            });
            self.every *= 2;
        }
        self.frames.push_back(frame);
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
    fn hours_of_readings_are_stored_within_a_bound_from_the_first_on() {
        let hub = Hub::new();
        hub.begin(None, Status::default());
        for at in 0..20_000 {
            hub.frame(frame(f64::from(at)));
        }
        let now = hub.lock();
        assert!((MOST_FRAMES / 2..=MOST_FRAMES).contains(&now.frames.len()));
        assert!(now.frames[0].at.abs() < 1e-9, "{:?}", now.frames[0]);
        assert!(now.frames.back().unwrap().at > 19_900.0, "{:?}", now.frames.back());
        let steps: Vec<f64> = now
            .frames
            .iter()
            .zip(now.frames.iter().skip(1))
            .map(|(one, next)| next.at - one.at)
            .collect();
        assert!(steps.iter().all(|step| *step <= 2.0 * steps[0]), "unevenly thinned: {steps:?}");
    }

    #[test]
    fn a_late_watcher_gets_everything_once() {
        let hub = Hub::new();
        hub.begin(None, Status::default());
        hub.frame(frame(1.0));
        let (all, mut later) = hub.watch();
        assert!(all.contains(r#""at":1.0"#), "{all}");
        hub.frame(frame(2.0));
        assert!(later.try_recv().unwrap().contains(r#""at":2.0"#));
        assert!(later.try_recv().is_err());
    }
}
