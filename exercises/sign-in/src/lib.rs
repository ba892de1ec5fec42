//! The sign-in page of the task tracker.

mod attempts;

pub use attempts::Attempts;
