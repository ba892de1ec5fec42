//! The seal on each line of an event stream: it tells the harness's lines from all others.
//!
//! The secret is made for one run, handed to the child on its standard input, and kept in its
//! memory. Code that finds the stream can read it and write to it, and yet not write a line that
//! the reader takes, nor repeat, drop or move one.

use std::fmt;
use std::hash::{BuildHasher, DefaultHasher, Hash, Hasher, RandomState};
use std::io::Write;

use serde::{Deserialize, Serialize};

/// Seals the lines of one run's stream.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seal([u64; 2]);

impl Seal {
    /// The length of what stands before a line.
    pub const LENGTH: usize = 17;

    /// A seal with a secret of its own.
    pub fn new() -> Self {
        // Each is keyed by what the system has drawn.
        Self([(); 2].map(|()| RandomState::new().hash_one(())))
    }

    /// What stands before `line`, the stream's line with this number.
    pub fn of(&self, number: usize, line: &[u8]) -> [u8; Self::LENGTH] {
        let mut hasher = DefaultHasher::new();
        (self.0, number, line, self.0).hash(&mut hasher);
        let mut seal = [b' '; Self::LENGTH];
        // Without an allocation, since this is written between rounds; it fits.
        let _ = write!(&mut seal[..], "{:016x}", hasher.finish());
        seal
    }
}

impl Default for Seal {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Seal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Seal(secret)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seal_is_of_one_run_one_place_and_one_line() {
        let (seal, other) = (Seal::new(), Seal::new());
        assert_eq!(seal.of(1, b"line"), seal.of(1, b"line"));
        assert_ne!(seal.of(1, b"line"), other.of(1, b"line"));
        assert_ne!(seal.of(1, b"line"), seal.of(2, b"line"));
        assert_ne!(seal.of(1, b"line"), seal.of(1, b"life"));
    }
}
