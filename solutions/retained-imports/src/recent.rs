//! The latest imports, for `GET /imports`.

use std::collections::VecDeque;

use parking_lot::Mutex;

use crate::office::Outcome;

/// How many imports are shown.
const SHOWN: usize = 50;

/// The last imports, the latest first.
#[derive(Debug)]
pub struct Recent {
    imports: Mutex<VecDeque<(u64, Outcome)>>,
}

impl Recent {
    /// Creates an empty list.
    pub fn new() -> Self {
        Self { imports: Mutex::new(VecDeque::with_capacity(SHOWN + 1)) }
    }

    /// Adds an import.
    pub fn add(&self, batch: u64, outcome: Outcome) {
        let mut imports = self.imports.lock();
        imports.push_front((batch, outcome));
        imports.truncate(SHOWN);
    }

    /// The imports to show.
    pub fn shown(&self) -> Vec<(u64, Outcome)> {
        self.imports.lock().iter().copied().collect()
    }
}
