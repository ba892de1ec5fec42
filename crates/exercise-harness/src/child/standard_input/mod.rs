//! Standard input: the request, as one line, and then the orders for a paced trial, one per line: the
//! number of operations of a round, or [`LEAKS`]. The end of input and any other line end the soak.
//!
//! - `unix`: asks whether there is input before it reads.
//! - `windows`: reads on a thread of its own.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub(super) use self::unix::{PacedInput, first_line};
#[cfg(windows)]
pub(super) use self::windows::{PacedInput, first_line};
use crate::protocol::request::LEAKS;

/// The next thing that a paced trial has to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// Nothing until the next line is complete.
    Wait,
    /// A round of this many operations.
    Round(u64),
    /// Report what has leaked so far.
    Leaks,
    /// End the soak.
    End,
}

impl Order {
    /// The order in one line, without its line end.
    fn parse(line: &str) -> Self {
        match line.trim_end().parse() {
            Ok(operations) => Self::Round(operations),
            Err(_) if line.trim_end() == LEAKS => Self::Leaks,
            Err(_) => Self::End,
        }
    }
}
