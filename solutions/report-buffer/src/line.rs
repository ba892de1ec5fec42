//! A line to the mail relay, which writes and sends the parts of a report.

use crate::export::MailRelay;
use crate::row::{HEADING, TaskRow};

/// The largest part that the relay accepts, in bytes.
const PART: usize = 64 * 1024;
/// The room that any report needs, in bytes.
const LEAST_ROOM: usize = 1024;

/// One line. It writes the parts of a report into the same buffer, one after the other.
#[derive(Debug)]
pub struct Line {
    number: usize,
    part: Vec<u8>,
    /// The capacity that the relay has pinned, in bytes.
    pinned: usize,
    /// A row is written here first, to see whether it fits.
    row: Vec<u8>,
}

impl Line {
    /// The line with this number.
    pub fn new(number: usize) -> Self {
        Self { number, part: Vec::new(), pinned: 0, row: Vec::new() }
    }

    /// Sends a report of these rows; returns its size in bytes.
    pub fn send<'a>(
        &mut self,
        rows: impl Iterator<Item = TaskRow<'a>>,
        relay: &impl MailRelay,
    ) -> usize {
        let mut sent = 0;
        self.part.reserve(LEAST_ROOM);
        self.part.extend_from_slice(HEADING);
        for row in rows {
            self.row.clear();
            row.write(&mut self.row);
            if self.part.len() + self.row.len() > PART {
                sent += self.flush(relay);
                self.part.extend_from_slice(HEADING);
            }
            self.part.extend_from_slice(&self.row);
        }
        sent + self.flush(relay)
    }

    /// Sends the buffer as one part; returns its size in bytes.
    fn flush(&mut self, relay: &impl MailRelay) -> usize {
        if self.part.capacity() != self.pinned {
            self.pinned = self.part.capacity();
            relay.pin(self.number, self.pinned);
        }
        relay.send(self.number, &self.part);
        let size = self.part.len();
        self.part.clear();
        size
    }
}
