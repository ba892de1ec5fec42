//! A copy of the shipped files, for workshops without git, such as an unpacked archive.

use std::fs;

use super::lock::Lock;
use crate::files;
use crate::state_dir;
use crate::workspace::{Exercise, Version, Workspace};

/// Saves a copy of every file in `workspace` that is unchanged since it was shipped and has no copy.
///
/// Files that cannot be read or written are skipped: git may have them, and a command that needs a
/// missing one reports it.
pub fn save_shipped_copies(workspace: &Workspace) {
    for exercise in &workspace.exercises {
        if let Ok(Some(lock)) = Lock::read(exercise) {
            save_copies(exercise, &lock);
        }
    }
}

fn save_copies(exercise: &Exercise, lock: &Lock) {
    let folder = exercise.path(&exercise.folder(Version::Exercise));
    let copies = state_dir::shipped(&exercise.root, &exercise.name);
    for (file, id) in lock.files() {
        let Ok(bytes) = fs::read(folder.join(file)) else { continue };
        let copy = copies.join(file);
        // An existing copy is compared, since it may be damaged.
        if id.matches(&bytes) && fs::read(&copy).ok().as_ref() != Some(&bytes) {
            let _ = files::write(&copy, &bytes);
        }
    }
}
