//! `.leak-lab`: what the runner remembers for a learner, below the workshop's root and outside of
//! git. It may be removed at any time, and only `kept` holds what is nowhere else.
//!
//! - `shipped/<exercise>`: the exercise as it was shipped, laid aside at the first command.
//! - `kept/<date>-<exercise>`: a learner's version that a reset put aside.
//! - `hints/<exercise>`: how many hints were shown.
//! - `measured/<exercise>.json`: what was last measured, and of which content.

use std::path::{Path, PathBuf};

/// The folder's name.
pub const LAB: &str = ".leak-lab";

/// Where `exercise` lies as it was shipped.
pub fn shipped(root: &Path, exercise: &str) -> PathBuf {
    root.join(LAB).join("shipped").join(exercise)
}

/// Where learners' versions are kept.
pub fn kept(root: &Path) -> PathBuf {
    root.join(LAB).join("kept")
}

/// Where the number of hints of `exercise` stands.
pub fn hints(root: &Path, exercise: &str) -> PathBuf {
    root.join(LAB).join("hints").join(exercise)
}

/// Where the last measurement of `exercise` stands.
pub fn measured(root: &Path, exercise: &str) -> PathBuf {
    root.join(LAB).join("measured").join(format!("{exercise}.json"))
}
