//! A thread: a comment on a task and the replies to it.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use crate::channel::{Channel, Note};

/// A comment and its replies, in order.
pub struct Thread {
    channel: Weak<Channel>,
    messages: RefCell<Vec<String>>,
}

impl Thread {
    /// Creates an empty thread in a channel.
    pub fn start(channel: &Rc<Channel>) -> Rc<Self> {
        Rc::new(Self { channel: Rc::downgrade(channel), messages: RefCell::default() })
    }

    /// Adds a message and has the channel announce it.
    pub fn say(&self, author: u32, text: &str) {
        self.messages.borrow_mut().push(text.to_owned());
        if let Some(channel) = self.channel.upgrade() {
            channel.announce(&Note { author, text });
        }
    }

    pub fn messages(&self) -> Vec<String> {
        self.messages.borrow().clone()
    }
}
