//! A vendored third-party package that allocates what it is told to keep.

use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;

/// Entries, one block each.
#[derive(Default)]
pub struct Ledger {
    entries: Vec<Box<u64>>,
}

impl Ledger {
    /// Adds an entry.
    #[inline(never)]
    pub fn enter(&mut self, amount: u64) {
        self.entries.push(Box::new(amount));
    }

    /// The number of entries.
    pub fn len(&self) -> usize {
        self.entries.len()
    }
}

/// Audits amounts on a thread of its own.
pub struct Auditor {
    requests: Sender<u64>,
    answers: Receiver<u64>,
}

impl Auditor {
    /// Starts the thread, which ends with the auditor.
    pub fn start() -> Self {
        let (requests, received) = mpsc::channel();
        let (answer, answers) = mpsc::channel();
        thread::spawn(move || {
            let mut protocol = Vec::new();
            for amount in received {
                file(&mut protocol, amount);
                if answer.send(amount).is_err() {
                    return;
                }
            }
        });
        Self { requests, answers }
    }

    /// Waits until an amount has been audited.
    pub fn audit(&self, amount: u64) {
        self.requests.send(amount).expect("the thread lives");
        self.answers.recv().expect("the thread answers");
    }
}

/// A block that the thread allocates.
#[inline(never)]
fn file(protocol: &mut Vec<Box<u64>>, amount: u64) {
    protocol.push(Box::new(amount)); // leak: threaded
}
