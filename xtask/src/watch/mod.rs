//! An exercise that is tested again at every save.
//!
//! # Layout
//! - [`session`]: processes keys, saves and results, one message at a time.
//! - [`state`]: everything that is shown; [`action`]: how keys change it. No terminal, no clock.
//! - [`saves`]: notices saved files; [`keys`]: reads the keyboard.
//! - [`work`]: builds and tests in the background.
//! - [`screen`]: takes over the terminal, and restores it.

mod action;
mod keys;
mod saves;
mod screen;
mod session;
pub mod state;
mod work;

pub use keys::{Key, listen as listen_to_keys};
pub use screen::Screen;
pub use session::{WatchOptions, WatchSession};

/// A message to the session.
#[derive(Debug)]
pub enum Message {
    /// A key was pressed.
    Key(Key),
    /// The terminal was resized.
    Resized,
    /// A file in the exercise's folder was touched.
    Touched,
    /// The progress of the task with this number.
    Progress(u64, String),
    /// The result of the task with this number.
    Done(u64, anyhow::Result<work::Done>),
}
