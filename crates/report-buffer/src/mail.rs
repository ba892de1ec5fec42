//! The mail relay as the service sees it, which records what it was sent and from which memory.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// What the relay records.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Recording {
    #[default]
    Nothing,
    Memory,
    /// The memory, and the text of parts.
    Everything,
}

/// The calls that the relay received.
#[derive(Debug, Default)]
struct Calls {
    /// The parts that were sent, with their lines.
    parts: Vec<(usize, String)>,
    /// What each line has pinned.
    pinned: BTreeMap<usize, Pinned>,
    /// How often memory was pinned.
    pins: usize,
    /// The parts that were sent from other memory than what their line has pinned.
    unpinned_parts: usize,
}

/// The memory that a line has pinned.
#[derive(Debug)]
struct Pinned {
    bytes: usize,
    /// The address of the first part that was sent from it.
    address: Option<usize>,
}

/// The mail relay. Clones share their state.
#[derive(Debug, Clone, Default)]
pub struct Relay {
    recording: Recording,
    calls: Rc<RefCell<Calls>>,
}

impl Relay {
    /// Creates a relay that records every call.
    pub fn recording() -> Self {
        Self { recording: Recording::Everything, ..Self::default() }
    }

    /// Creates a relay that records memory, but not the text of parts.
    pub(crate) fn recording_memory() -> Self {
        Self { recording: Recording::Memory, ..Self::default() }
    }

    /// From now on a line sends from other memory, `bytes` in size.
    pub fn pin(&self, line: usize, bytes: usize) {
        if self.recording != Recording::Nothing {
            let calls = &mut *self.calls.borrow_mut();
            calls.pins += 1;
            calls.pinned.insert(line, Pinned { bytes, address: None });
        }
    }

    /// Sends a part over a line, from the memory that the line has pinned.
    pub fn send(&self, line: usize, part: &[u8]) {
        if self.recording == Recording::Nothing {
            return;
        }
        let calls = &mut *self.calls.borrow_mut();
        let is_pinned = calls.pinned.get_mut(&line).is_some_and(|pinned| pinned.covers(part));
        calls.unpinned_parts += usize::from(!is_pinned);
        if self.recording == Recording::Everything {
            calls.parts.push((line, String::from_utf8_lossy(part).into_owned()));
        }
    }

    /// Takes the parts that `line` has sent since the last call.
    pub(crate) fn take_parts(&self, line: usize) -> Vec<String> {
        let calls = &mut *self.calls.borrow_mut();
        calls.parts.extract_if(.., |(of, _)| *of == line).map(|(_, part)| part).collect()
    }

    /// How often memory was pinned.
    pub(crate) fn pins(&self) -> usize {
        self.calls.borrow().pins
    }

    /// The bytes that `line` pinned last.
    pub(crate) fn pinned_by(&self, line: usize) -> usize {
        self.calls.borrow().pinned.get(&line).map_or(0, |pinned| pinned.bytes)
    }

    /// The number of parts that were sent from other memory than what their line has pinned.
    pub(crate) fn unpinned_parts(&self) -> usize {
        self.calls.borrow().unpinned_parts
    }

    /// Whether two lines have pinned the same memory.
    pub(crate) fn lines_share_memory(&self) -> bool {
        let calls = self.calls.borrow();
        let known =
            calls.pinned.values().filter_map(|pinned| Some((pinned.address?, pinned.bytes)));
        let mut memory: Vec<(usize, usize)> = known.collect();
        memory.sort_unstable();
        memory.windows(2).any(|pair| pair[1].0 == pair[0].0)
    }
}

impl Pinned {
    /// Whether `part` can lie in this memory, of which only the first part shows where it is.
    fn covers(&mut self, part: &[u8]) -> bool {
        let address = part.as_ptr().addr();
        let first = *self.address.get_or_insert(address);
        part.len() <= self.bytes && address.abs_diff(first) < self.bytes
    }
}
