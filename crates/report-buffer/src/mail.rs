//! The mail relay as the service sees it, and what it was sent.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// What the relay was told.
#[derive(Debug, Default)]
struct Told {
    /// The parts that were sent, with their lines. Kept by checks only.
    parts: RefCell<Vec<(usize, String)>>,
    /// The memory that each line has pinned, in the order of pinning.
    pinned: RefCell<Vec<(usize, usize)>>,
    keeps: Cell<bool>,
}

/// The mail relay. Clones are one and the same.
#[derive(Debug, Clone, Default)]
pub struct Relay(Rc<Told>);

impl Relay {
    /// A relay that remembers every part, for a check.
    pub fn that_remembers() -> Self {
        let relay = Self::default();
        relay.0.keeps.set(true);
        relay
    }

    /// A line will send from other memory from now on, `bytes` large.
    pub fn pin(&self, line: usize, bytes: usize) {
        if self.0.keeps.get() {
            self.0.pinned.borrow_mut().push((line, bytes));
        }
    }

    /// A line sends a part.
    pub fn send(&self, line: usize, part: &[u8]) {
        if self.0.keeps.get() {
            let text = String::from_utf8_lossy(part).into_owned();
            self.0.parts.borrow_mut().push((line, text));
        }
    }

    /// The parts that `line` sent since this was asked last.
    pub(crate) fn take_parts(&self, line: usize) -> Vec<String> {
        let (own, others) = self.0.parts.take().into_iter().partition(|(of, _)| *of == line);
        self.0.parts.replace(others);
        own.into_iter().map(|(_, part)| part).collect()
    }

    /// How often memory was pinned.
    pub(crate) fn pins(&self) -> usize {
        self.0.pinned.borrow().len()
    }

    /// The memory that `line` pinned last, in bytes.
    pub(crate) fn pinned_by(&self, line: usize) -> usize {
        let pinned = self.0.pinned.borrow();
        pinned.iter().rev().find(|(of, _)| *of == line).map_or(0, |(_, bytes)| *bytes)
    }
}
