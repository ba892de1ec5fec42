//! Finds the exercises in all three folders, including incomplete ones.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::Context as _;

use super::outcome::Failure;
use crate::workspace::{Exercise, Workspace};

/// The exercises in the three folders.
#[derive(Debug)]
pub struct Survey {
    /// The complete exercises, which can be checked further.
    pub workspace: Workspace,
    /// The names of the incomplete ones, with the reasons.
    pub broken: Vec<(String, Vec<Failure>)>,
}

/// Reads every exercise that has at least one of its three folders.
pub fn read(root: &Path) -> anyhow::Result<Survey> {
    let mut names = BTreeSet::new();
    for folder in ["crates", "exercises", "solutions"] {
        for name in folders_in(&root.join(folder))? {
            // A crate without metadata is not a pattern's, unless a version has its name.
            if folder != "crates" || root.join("crates").join(&name).join("exercise.toml").exists()
            {
                names.insert(name);
            }
        }
    }
    let (mut complete, mut broken) = (Vec::new(), Vec::new());
    for name in names {
        match load(root, &name) {
            Ok(exercise) => complete.push(exercise),
            Err(failures) => broken.push((name, failures)),
        }
    }
    Ok(Survey { workspace: Workspace::new(root, complete), broken })
}

fn folders_in(folder: &Path) -> anyhow::Result<Vec<String>> {
    let listed = || format!("{} cannot be listed", folder.display());
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).with_context(listed)? {
        let entry = entry.with_context(listed)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().is_dir() && !name.starts_with('.') {
            names.push(name);
        }
    }
    Ok(names)
}

fn load(root: &Path, name: &str) -> Result<Exercise, Vec<Failure>> {
    let mut failures = Vec::new();
    let own = ["crates", "exercises", "solutions"].map(|folder| format!("{folder}/{name}"));
    for folder in own.iter().filter(|folder| !root.join(folder).is_dir()) {
        let others: Vec<&str> =
            own.iter().map(String::as_str).filter(|other| other != folder).collect();
        failures.push(Failure::new(
            folder,
            format!("There is no such folder; a pattern has it beside {}.", others.join(" and ")),
            format!("Add {folder}, or remove {name} from the other folders."),
        ));
    }
    if !root.join(&own[0]).is_dir() {
        return Err(failures);
    }
    match Exercise::load(root, name) {
        Ok(exercise) if failures.is_empty() => Ok(exercise),
        Ok(_) => Err(failures),
        Err(error) => {
            let next = "Write it with the same fields as the exercise.toml of other patterns.";
            let place = format!("crates/{name}/exercise.toml");
            failures.push(Failure::new(place, format!("{error:#}"), next));
            Err(failures)
        }
    }
}
