//! The scratch workspace of one exercise: each fix of its catalogue is a package.

use std::path::Path;

use super::patch::{Fix, Patched};
use crate::files::{self, Files};
use crate::scratch::{self, PackageCopy};
use crate::workspace::{Exercise, Version};

/// Writes the workspace of `fixes` to `folder`.
pub fn write(exercise: &Exercise, fixes: &[(Fix, Patched)], folder: &Path) -> anyhow::Result<()> {
    let original = files::read_below(&exercise.path(&exercise.folder(Version::Exercise)))?;
    let copies = fixes.iter().map(|(fix, patched)| PackageCopy {
        package: fix.package.clone(),
        exercise: exercise.name.clone(),
        files: patched_files(&original, patched),
    });
    scratch::write_workspace(&exercise.root, copies.collect(), folder)
}

/// The exercise's files, patched.
fn patched_files(original: &Files, patched: &Patched) -> Files {
    let mut files = original.clone();
    for (file, text) in patched {
        match text {
            Some(text) => files.insert(file.clone(), text.clone().into_bytes()),
            None => files.remove(file),
        };
    }
    files
}
