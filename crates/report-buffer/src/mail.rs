//! The mail relay as the service sees it, which records what it was sent.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// The calls that the relay received.
#[derive(Debug, Default)]
struct Calls {
    /// The parts that were sent, with their lines.
    parts: RefCell<Vec<(usize, String)>>,
    /// The bytes that each line has pinned, with their lines, in order.
    pinned: RefCell<Vec<(usize, usize)>>,
    /// Whether calls are recorded, which only the behaviours need.
    records: Cell<bool>,
}

/// The mail relay. Clones share their state.
#[derive(Debug, Clone, Default)]
pub struct Relay(Rc<Calls>);

impl Relay {
    /// Creates a relay that records every call.
    pub fn recording() -> Self {
        let relay = Self::default();
        relay.0.records.set(true);
        relay
    }

    /// From now on a line sends from other memory, `bytes` in size.
    pub fn pin(&self, line: usize, bytes: usize) {
        if self.0.records.get() {
            self.0.pinned.borrow_mut().push((line, bytes));
        }
    }

    /// Sends a part over a line.
    pub fn send(&self, line: usize, part: &[u8]) {
        if self.0.records.get() {
            let text = String::from_utf8_lossy(part).into_owned();
            self.0.parts.borrow_mut().push((line, text));
        }
    }

    /// Takes the parts that `line` has sent since the last call.
    pub(crate) fn take_parts(&self, line: usize) -> Vec<String> {
        let (own, others) = self.0.parts.take().into_iter().partition(|(of, _)| *of == line);
        self.0.parts.replace(others);
        own.into_iter().map(|(_, part)| part).collect()
    }

    /// How often memory was pinned.
    pub(crate) fn pins(&self) -> usize {
        self.0.pinned.borrow().len()
    }

    /// The bytes that `line` pinned last.
    pub(crate) fn pinned_by(&self, line: usize) -> usize {
        let pinned = self.0.pinned.borrow();
        pinned.iter().rev().find(|(of, _)| *of == line).map_or(0, |(_, bytes)| *bytes)
    }
}
