//! The time of day.

use std::time::Duration;

/// A clock that never goes backwards.
pub trait Clock: Send + Sync + 'static {
    /// The time that has passed since the server was started.
    fn now(&self) -> Duration;
}
