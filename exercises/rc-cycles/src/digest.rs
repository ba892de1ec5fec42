//! The daily digest: collects the comments on a task into one letter a day.

use std::cell::RefCell;
use std::rc::Rc;

use crate::channel::{Channel, Note, Observer};

/// The digests whose letters are waiting for the mail server.
pub type Outbox = Vec<Rc<Digest>>;

/// A letter for the mail server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    pub reader: u32,
    pub subject: String,
    /// The comments since the previous letter.
    pub lines: Vec<String>,
    /// How many comments on the task `reader` has not read yet.
    pub unread: usize,
}

/// The comments on one task that are to be sent to one reader.
pub struct Digest {
    reader: u32,
    subject: String,
    source: Rc<Channel>,
    lines: RefCell<Vec<String>>,
}

impl Digest {
    /// Collects the comments in `source` for `reader`, for as long as the channel lasts.
    pub fn subscribe(reader: u32, source: &Rc<Channel>) {
        source.subscribe(Rc::new(Self {
            reader,
            subject: format!("Today on {}", source.title()),
            source: Rc::clone(source),
            lines: RefCell::default(),
        }));
    }

    /// Writes the letter, unless it would be empty. Many readers have read the task on its
    /// page by the time the letter is sent, so it gives the number that is unread now.
    pub fn write_letter(&self) -> Option<Letter> {
        let reader = self.reader;
        let lines = self.lines.take();
        let unread = self.source.unread(reader);
        let subject = self.subject.clone();
        (!lines.is_empty()).then_some(Letter { reader, subject, lines, unread })
    }
}

impl Observer for Digest {
    fn notify(&self, note: &Note) {
        self.lines.borrow_mut().push(format!("{}: {}", note.author, note.text));
    }

    fn end_day(self: Rc<Self>, outbox: &mut Outbox) {
        if !self.lines.borrow().is_empty() {
            outbox.push(self);
        }
    }
}
