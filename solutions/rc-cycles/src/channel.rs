//! The channel of a task: passes on what is said, and knows who has read how far.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use crate::digest::Outbox;
use crate::thread::Thread;

/// Something that was said on a task.
pub struct Note<'a> {
    pub author: u32,
    pub text: &'a str,
}

/// Who is told of what is said on a task.
pub trait Observer {
    /// Something was said.
    fn notify(&self, note: &Note);

    /// The day is over; what is to be sent goes to the outbox.
    fn end_day(self: Rc<Self>, _outbox: &mut Outbox) {}
}

/// What is said on one task, and who observes it.
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

    /// Tells `observer` of everything that is said from now on. Returns its number.
    pub fn subscribe(&self, observer: Rc<dyn Observer>) -> u64 {
        let number = self.subscriptions.get();
        self.subscriptions.set(number + 1);
        self.observers.borrow_mut().push((number, observer));
        number
    }

    /// Tells the observer nothing more.
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

    /// Tells every observer.
    pub fn announce(&self, note: &Note) {
        self.said.set(self.said.get() + 1);
        self.quiet_days.set(0);
        for (_, observer) in self.observers.borrow().iter() {
            observer.notify(note);
        }
    }

    /// How much was said since `reader` last read the task.
    pub fn unread(&self, reader: u32) -> usize {
        let read = self.read.borrow().get(&reader).copied().unwrap_or(0);
        self.said.get() - read
    }

    pub fn mark_read(&self, reader: u32) {
        self.read.borrow_mut().insert(reader, self.said.get());
    }

    /// Ends the day for every observer. Returns for how many whole days nothing was said.
    pub fn end_day(&self, outbox: &mut Outbox) -> u32 {
        for (_, observer) in self.observers.borrow().iter() {
            Rc::clone(observer).end_day(outbox);
        }
        let quiet_days = self.quiet_days.get();
        self.quiet_days.set(quiet_days + 1);
        quiet_days
    }
}
