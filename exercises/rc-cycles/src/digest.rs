//! The daily digest: gathers what is said on a task into one letter a day.

use std::cell::RefCell;
use std::rc::Rc;

use crate::channel::{Channel, Note, Observer};

/// The digests whose letters wait for the mail server.
pub type Outbox = Vec<Rc<Digest>>;

/// A letter as the mail server gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    pub reader: u32,
    pub subject: String,
    /// What was said since the letter before.
    pub lines: Vec<String>,
    /// How much of the task `reader` has still to read.
    pub unread: usize,
}

/// What one reader is to be sent about one task.
pub struct Digest {
    reader: u32,
    subject: String,
    source: Rc<Channel>,
    lines: RefCell<Vec<String>>,
}

impl Digest {
    /// Gathers for `reader` what is said in `source`, for as long as the channel lasts.
    pub fn subscribe(reader: u32, source: &Rc<Channel>) {
        source.subscribe(Rc::new(Self {
            reader,
            subject: format!("Today on {}", source.title()),
            source: Rc::clone(source),
            lines: RefCell::default(),
        }));
    }

    /// Words the letter, if there is something to say. Many have read the task on its
    /// page by the time that the letter is sent, so it says how much is unread now.
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
