//! Writes the event stream.

use std::cell::RefCell;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::rc::Rc;

use crate::protocol::event::Event;
use crate::protocol::seal::Seal;

/// Writes events, one whole line at a time. Clones write to the same stream.
#[derive(Clone)]
pub(super) struct EventWriter(Rc<RefCell<Stream>>);

struct Stream {
    file: File,
    seal: Seal,
    lines: usize,
    line: Vec<u8>,
}

impl EventWriter {
    /// A writer that appends to the file at `path`. The file is unlinked, so that the trial's code
    /// cannot open it.
    pub(super) fn append_to(path: &Path, seal: Seal) -> io::Result<Self> {
        let file = OpenOptions::new().append(true).open(path)?;
        fs::remove_file(path)?;
        // Large enough for every round, so that writing one does not change the heap.
        let line = Vec::with_capacity(4096);
        Ok(Self(Rc::new(RefCell::new(Stream { file, seal, lines: 0, line }))))
    }

    pub(super) fn write(&self, event: &Event) -> io::Result<()> {
        let Stream { file, seal, lines, line } = &mut *self.0.borrow_mut();
        let mut long = Vec::new();
        let line =
            if matches!(event, Event::Round { .. } | Event::Progress) { line } else { &mut long };
        line.clear();
        // Room for the signature, which depends on the rest of the line.
        line.resize(Seal::LENGTH, b' ');
        serde_json::to_writer(&mut *line, event)?;
        line.push(b'\n');
        let (signature, json) = line.split_at_mut(Seal::LENGTH);
        signature.copy_from_slice(&seal.sign(*lines, json));
        *lines += 1;
        file.write_all(line)
    }
}
