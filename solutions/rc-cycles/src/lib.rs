//! Task notifications: who hears of what is said on a task, at once or in a daily digest.
//!
//! - `center`: the way in; one channel for each task under discussion
//! - `channel`: what is said on one task, who observes it, who has read how far
//! - `thread`: a comment on a task and the replies to it
//! - `feed`: the observer behind an open page, told at once
//! - `digest`: the observer that gathers a day's comments for a letter

mod center;
mod channel;
mod digest;
mod feed;
mod thread;

pub use center::NotificationCenter;
pub use digest::Letter;
