//! The scratch workspace of one exercise: every fix of its catalogue as a package of its own.

use std::path::Path;

use super::patch::{Fix, Patched};
use crate::commands::verify::pattern::Pattern;
use crate::files::{self, Files};
use crate::scratch::{self, Copied};

/// Lays the workspace of `candidates` out in `folder`.
pub fn lay(pattern: &Pattern, candidates: &[(Fix, Patched)], folder: &Path) -> anyhow::Result<()> {
    let exercise = files::read_below(&pattern.at(&pattern.exercise()))?;
    let copies = candidates.iter().map(|(fix, patched)| Copied {
        package: fix.package.clone(),
        exercise: pattern.name.clone(),
        files: patched_files(&exercise, patched),
    });
    scratch::lay(&pattern.root, copies.collect(), folder)
}

/// The exercise's files, patched.
fn patched_files(exercise: &Files, patched: &Patched) -> Files {
    let mut files = exercise.clone();
    for (file, text) in patched {
        match text {
            Some(text) => files.insert(file.clone(), text.clone().into_bytes()),
            None => files.remove(file),
        };
    }
    files
}
