//! The seal on each line of an event stream, which proves that the harness wrote the line.
//!
//! Each run has a secret of its own. The child receives it on standard input and keeps it in
//! memory. Code under test that finds the stream can read it and append to it, but it cannot
//! produce a line that the reader accepts, nor repeat, drop or move one.

use std::fmt;
use std::hash::{BuildHasher, DefaultHasher, Hash, Hasher, RandomState};
use std::io::Write;

use serde::{Deserialize, Serialize};

/// Seals the lines of one run's stream.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Seal([u64; 2]);

impl Seal {
    /// The length of a signature, in bytes. It precedes the line.
    pub(crate) const LENGTH: usize = 17;

    /// A seal with a new random secret.
    pub(crate) fn new() -> Self {
        // The system seeds each `RandomState`.
        Self([(); 2].map(|()| RandomState::new().hash_one(())))
    }

    /// The signature of `line`, which has this number in the stream.
    pub(crate) fn sign(&self, number: usize, line: &[u8]) -> [u8; Self::LENGTH] {
        let mut hasher = DefaultHasher::new();
        (self.0, number, line, self.0).hash(&mut hasher);
        let mut signature = [b' '; Self::LENGTH];
        // Written in place, because signing between two rounds must not allocate. It always fits.
        let _ = write!(&mut signature[..], "{:016x}", hasher.finish());
        signature
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
    fn a_signature_depends_on_the_run_the_position_and_the_line() {
        let (seal, other) = (Seal::new(), Seal::new());
        assert_eq!(seal.sign(1, b"line"), seal.sign(1, b"line"));
        assert_ne!(seal.sign(1, b"line"), other.sign(1, b"line"));
        assert_ne!(seal.sign(1, b"line"), seal.sign(2, b"line"));
        assert_ne!(seal.sign(1, b"line"), seal.sign(1, b"life"));
    }
}
