//! A copy of the shipped files, for where there is no git to ask: an archive, a USB stick.

use std::fs;
use std::path::Path;

use super::lock::Lock;
use crate::files;
use crate::lab;
use crate::workspace::{Version, Workspace};

/// Lays a copy of every file of `workspace` aside that is still as it was shipped and has none.
///
/// What cannot be read or written is passed over: git may have it, and whoever needs a shipped file
/// that is nowhere says so.
pub fn lay_aside(workspace: &Workspace) {
    for entry in &workspace.exercises {
        if let Ok(Some(lock)) = Lock::read(&workspace.root, &entry.name) {
            lay_files(&workspace.root, &entry.name, &lock);
        }
    }
}

fn lay_files(root: &Path, name: &str, lock: &Lock) {
    let exercise = root.join(Version::Exercise.folder(name));
    let aside = lab::shipped(root, name);
    for (file, id) in lock.files() {
        let Ok(bytes) = fs::read(exercise.join(file)) else { continue };
        let copy = aside.join(file);
        // Compared with what is there, not trusted: a damaged copy is worth nothing.
        if id.fits(&bytes) && fs::read(&copy).ok().as_ref() != Some(&bytes) {
            let _ = files::write(&copy, &bytes);
        }
    }
}
