//! The cache of pages.

use std::collections::BTreeMap;

/// A cache of pages.
#[derive(Debug, Default)]
pub struct Cache {
    pages: BTreeMap<u64, String>,
    loads: u64,
}

impl Cache {
    /// An empty cache.
    pub fn new() -> Self {
        Self::default()
    }

    /// The page of this number.
    pub fn get(&mut self, number: u64) -> &str {
        self.pages.entry(number).or_insert_with(|| {
            self.loads += 1;
            format!("page {number}")
        })
    }

    /// How often a page was loaded.
    pub fn loads(&self) -> u64 {
        self.loads
    }
}
