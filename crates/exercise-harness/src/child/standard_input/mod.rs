//! Standard input: the request, as one line, and then the work of a paced trial, which is the number
//! of operations of each round, one per line. The end of input and a line that is not a number end
//! the soak.
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
