//! `.leak-lab`: the runner's state, below the workshop's root and ignored by git. It may be deleted
//! at any time; only `kept` holds something that exists nowhere else.
//!
//! - `shipped/<exercise>`: a copy of the shipped exercise, saved by the first command.
//! - `kept/<date>-<exercise>`: a learner's version that a reset replaced.
//! - `hints/<exercise>`: how many hints were shown.
//! - `judged/<exercise>.json`: what the learner took the shipped exercise for, and whether that is right.
//! - `measured/<exercise>.json`: the last result, with the hash of the content it belongs to.

use std::path::{Path, PathBuf};

/// The folder's name.
pub const STATE_DIR: &str = ".leak-lab";

/// The saved copy of the shipped `exercise`.
pub fn shipped(root: &Path, exercise: &str) -> PathBuf {
    root.join(STATE_DIR).join("shipped").join(exercise)
}

/// The folder of backups.
pub fn backups(root: &Path) -> PathBuf {
    root.join(STATE_DIR).join("kept")
}

/// The file with the number of hints that were shown for `exercise`.
pub fn hints(root: &Path, exercise: &str) -> PathBuf {
    root.join(STATE_DIR).join("hints").join(exercise)
}

/// The file with the judgement of `exercise`.
pub fn judgement(root: &Path, exercise: &str) -> PathBuf {
    root.join(STATE_DIR).join("judged").join(format!("{exercise}.json"))
}

/// The file with the last result of `exercise`.
pub fn last_result(root: &Path, exercise: &str) -> PathBuf {
    root.join(STATE_DIR).join("measured").join(format!("{exercise}.json"))
}
