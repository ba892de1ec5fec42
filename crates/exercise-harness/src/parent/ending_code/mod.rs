//! The system's code of an abnormal ending, and what it means.
//!
//! - `unix`: the number of a signal.
//! - `windows`: the code of an exception.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub use self::unix::describe;
#[cfg(unix)]
pub(super) use self::unix::{ABORT, STACK_OVERFLOW, advice, from_status};
#[cfg(windows)]
pub use self::windows::describe;
#[cfg(windows)]
pub(super) use self::windows::{ABORT, STACK_OVERFLOW, advice, from_status};
