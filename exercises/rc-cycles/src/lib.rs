//! Task notifications: readers hear of comments on a task at once or in a daily digest.
//!
//! - `center`: the entry point; one channel for each task under discussion
//! - `channel`: the comments on one task, their observers, and how far each reader has read
//! - `thread`: a comment on a task and the replies to it
//! - `feed`: the observer behind an open page, notified at once
//! - `digest`: the observer that collects a day's comments for a letter

mod center;
mod channel;
mod digest;
mod feed;
mod thread;

pub use center::NotificationCenter;
pub use digest::Letter;
