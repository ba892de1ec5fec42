//! The channel of a task: passes on comments, and tracks how far each reader has read.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use crate::digest::Outbox;
use crate::thread::Thread;

/// A comment or a reply on a task.
pub struct Note<'a> {
    pub author: u32,
    pub text: &'a str,
}

/// A receiver of the comments on a task.
pub trait Observer {
    /// Receives a comment.
    fn notify(&self, note: &Note);

    /// Ends the day; puts a letter that is due into the outbox.
    fn end_day(self: Rc<Self>, _outbox: &mut Outbox) {}
}

/// The comments on one task, and their observers.
pub struct Channel {
    title: String,
    threads: RefCell<Vec<Rc<Thread>>>,
    observers: RefCell<Vec<(u64, Rc<dyn Observer>)>>,
    subscriptions: Cell<u64>,
    said: Cell<usize>,
    read: RefCell<HashMap<u32, usize>>,
    quiet_days: Cell<u32>,
}

impl Channel {
    pub fn open(title: &str) -> Rc<Self> {
        Rc::new(Self {
            title: title.to_owned(),
            threads: RefCell::default(),
            observers: RefCell::default(),
            subscriptions: Cell::new(0),
            said: Cell::new(0),
            read: RefCell::default(),
            quiet_days: Cell::new(0),
        })
    }

    pub fn title(&self) -> &str {
        &self.title
    }

    /// Notifies `observer` of every comment from now on. Returns its number.
    pub fn subscribe(&self, observer: Rc<dyn Observer>) -> u64 {
        let number = self.subscriptions.get();
        self.subscriptions.set(number + 1);
        self.observers.borrow_mut().push((number, observer));
        number
    }

    /// Stops notifying the observer with this number.
    pub fn unsubscribe(&self, number: u64) {
        self.observers.borrow_mut().retain(|(other, _)| *other != number);
    }

    /// Starts a thread with a comment. Returns the thread's number.
    pub fn start_thread(self: &Rc<Self>, author: u32, text: &str) -> usize {
        let thread = Thread::start(self);
        thread.say(author, text);
        let mut threads = self.threads.borrow_mut();
        threads.push(thread);
        threads.len() - 1
    }

    pub fn thread(&self, number: usize) -> Option<Rc<Thread>> {
        self.threads.borrow().get(number).cloned()
    }

    /// Notifies every observer.
    pub fn announce(&self, note: &Note) {
        self.said.set(self.said.get() + 1);
        self.quiet_days.set(0);
        for (_, observer) in self.observers.borrow().iter() {
            observer.notify(note);
        }
    }

    /// How many comments `reader` has not read yet.
    pub fn unread(&self, reader: u32) -> usize {
        let read = self.read.borrow().get(&reader).copied().unwrap_or(0);
        self.said.get() - read
    }

    pub fn mark_read(&self, reader: u32) {
        self.read.borrow_mut().insert(reader, self.said.get());
    }

    /// Ends the day for every observer. Returns the number of whole days without a comment.
    pub fn end_day(&self, outbox: &mut Outbox) -> u32 {
        for (_, observer) in self.observers.borrow().iter() {
            Rc::clone(observer).end_day(outbox);
        }
        let quiet_days = self.quiet_days.get();
        self.quiet_days.set(quiet_days + 1);
        quiet_days
    }
}
