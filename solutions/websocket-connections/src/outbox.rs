//! The messages waiting to be sent to one client.

use bytes::Bytes;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio_tungstenite::tungstenite::Message;

use crate::update::{self, Update};

/// The number of messages that can wait for one client.
const MOST_WAITING: usize = 256;

/// A waiting message.
#[derive(Debug)]
enum Waiting {
    Update(Update),
    Ping,
}

/// The hub's end: adds messages for the client. It never blocks.
#[derive(Debug)]
pub struct Slot(Sender<Waiting>);

/// The connection's end: returns one message after the other.
#[derive(Debug)]
pub struct Outbox {
    waiting: Receiver<Waiting>,
    /// The number of the last update that the client has.
    known: u64,
    /// The update to send after the message about missed ones.
    next: Option<Update>,
}

/// Creates an outbox for a client that has all updates up to the number `known`.
pub fn outbox(known: u64) -> (Slot, Outbox) {
    let (sender, waiting) = mpsc::channel(MOST_WAITING);
    (Slot(sender), Outbox { waiting, known, next: None })
}

impl Slot {
    pub fn update(&self, update: &Update) {
        // A client that is too slow misses it; the next update that finds room reports the gap.
        let _ = self.0.try_send(Waiting::Update(update.clone()));
    }

    pub fn ping(&self) {
        let _ = self.0.try_send(Waiting::Ping);
    }
}

impl Outbox {
    /// The next message for the client; `None` when the hub has dropped the slot.
    pub async fn next(&mut self) -> Option<Message> {
        let update = match self.next.take() {
            Some(update) => update,
            None => match self.waiting.recv().await? {
                Waiting::Update(update) => update,
                Waiting::Ping => return Some(Message::Ping(Bytes::new())),
            },
        };
        let missed = update.number - self.known - 1;
        if missed > 0 {
            self.known += missed;
            self.next = Some(update);
            return Some(update::missed(missed));
        }
        self.known = update.number;
        Some(update.into())
    }
}
