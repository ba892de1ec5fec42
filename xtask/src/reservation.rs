//! What a learner changed that a verdict depends on: the memory test, and the manifest beyond its
//! dependencies. Such a verdict may not be that of the shipped test.

use std::fs;

use toml::Table;

use crate::shipped::{self, Shipped};
use crate::workspace::{Exercise, Version};

const TEST: &str = "tests/memory.rs";
const MANIFEST: &str = "Cargo.toml";
/// The part of a manifest that a fix may change.
const DEPENDENCIES: &str = "dependencies";

/// A sentence about the files of `exercise` that a verdict depends on and that differ from the shipped
/// ones; `None` if there are none, or the shipped version is not known.
pub fn sentence(exercise: &Exercise) -> Option<String> {
    let changed = shipped::changed_files(exercise);
    let has_changed = |file: &str| changed.iter().any(|changed| changed == file);
    let folder = exercise.folder(Version::Exercise);
    let mut parts = Vec::new();
    if has_changed(TEST) {
        parts.push(format!("{folder}/{TEST}"));
    }
    if has_changed(MANIFEST) {
        parts.extend(changed_table(exercise).map(|table| match table.as_str() {
            "" => format!("{folder}/{MANIFEST}"),
            table => format!("[{table}] in {folder}/{MANIFEST}"),
        }));
    }
    if has_changed("build.rs") {
        parts.push(format!("{folder}/build.rs"));
    }
    if parts.is_empty() {
        return None;
    }
    let differ = if parts.len() == 1 { "differs" } else { "differ" };
    Some(format!(
        "With a reservation: {} {differ} from the shipped version, so the shipped test may have another \
         result (to see the difference: cargo xtask diff {} --against shipped).",
        parts.join(" and "),
        exercise.name
    ))
}

/// The first table of the manifest that differs from the shipped one, other than the dependencies; empty
/// if the manifests cannot be compared. `None` if only the dependencies differ.
fn changed_table(exercise: &Exercise) -> Option<String> {
    let read = |text: &[u8]| String::from_utf8_lossy(text).parse::<Table>().ok();
    let current = fs::read(exercise.path(&exercise.folder(Version::Exercise)).join(MANIFEST));
    let shipped = Shipped::find(exercise).and_then(|shipped| shipped.files());
    let shipped = shipped.ok().and_then(|files| read(files.get(MANIFEST)?));
    let (Some(shipped), Some(current)) = (shipped, current.ok().and_then(|text| read(&text)))
    else {
        return Some(String::new());
    };
    let mut keys = shipped.keys().chain(current.keys()).filter(|key| *key != DEPENDENCIES);
    keys.find(|key| shipped.get(*key) != current.get(*key)).cloned()
}
