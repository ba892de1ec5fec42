//! The recent exports, for `GET /exports`.

use std::collections::VecDeque;

/// How many exports are shown.
const SHOWN: usize = 50;

/// One export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Export {
    /// The customer whose tasks were exported.
    pub customer: usize,
    /// The size of the report, in bytes.
    pub size: usize,
}

/// The last exports, the latest first.
#[derive(Debug, Default)]
pub struct History {
    exports: VecDeque<Export>,
}

impl History {
    /// Adds an export.
    pub fn add(&mut self, export: Export) {
        self.exports.push_front(export);
        self.exports.truncate(SHOWN);
    }

    /// The exports to show.
    pub fn shown(&self) -> impl Iterator<Item = Export> {
        self.exports.iter().copied()
    }
}
