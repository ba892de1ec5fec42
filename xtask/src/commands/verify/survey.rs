//! Which patterns there are, by what lies in the three folders: also those that lack a part.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::Context as _;
use exercise_harness::Exercise;

use super::outcome::Failure;
use super::pattern::Pattern;

/// What lies in the three folders.
#[derive(Debug)]
pub struct Survey {
    /// The patterns that can be checked further, in teaching order.
    pub patterns: Vec<Pattern>,
    /// The names of those that cannot, with the reasons.
    pub broken: Vec<(String, Vec<Failure>)>,
}

/// Looks for patterns in all three folders, so that one that lacks a part is seen as well.
pub fn look(root: &Path) -> anyhow::Result<Survey> {
    let mut names = BTreeSet::new();
    for folder in ["crates", "exercises", "solutions"] {
        for name in folders_in(&root.join(folder))? {
            // A crate without metadata is no pattern's, unless a version has its name.
            if folder != "crates" || root.join("crates").join(&name).join("exercise.toml").exists()
            {
                names.insert(name);
            }
        }
    }
    let mut survey = Survey { patterns: Vec::new(), broken: Vec::new() };
    for name in names {
        match read(root, &name) {
            Ok(pattern) => survey.patterns.push(pattern),
            Err(failures) => survey.broken.push((name, failures)),
        }
    }
    survey.patterns.sort_by(|a, b| a.metadata.order.total_cmp(&b.metadata.order));
    Ok(survey)
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

fn read(root: &Path, name: &str) -> Result<Pattern, Vec<Failure>> {
    let mut failures = Vec::new();
    let own = ["crates", "exercises", "solutions"].map(|folder| format!("{folder}/{name}"));
    for folder in own.iter().filter(|folder| !root.join(folder).is_dir()) {
        let others: Vec<&str> =
            own.iter().map(String::as_str).filter(|other| other != folder).collect();
        failures.push(Failure::new(
            folder,
            format!("There is no such folder; a pattern has it beside {}.", others.join(" and ")),
            format!("Add {folder}, or remove what is left of {name} in the other folders."),
        ));
    }
    let place = format!("crates/{name}/exercise.toml");
    if !root.join(&own[0]).is_dir() {
        return Err(failures);
    }
    let parsed = fs::read_to_string(root.join(&place))
        .map_err(|error| format!("It cannot be read: {error}."))
        .and_then(|text| Exercise::parse(&text).map_err(|error| format!("{error:#}")));
    match parsed {
        Ok(metadata) if failures.is_empty() => {
            Ok(Pattern { root: root.to_owned(), name: name.to_owned(), metadata })
        }
        Ok(_) => Err(failures),
        Err(wrong) => {
            let next = "Write it with the fields that the other patterns' exercise.toml have.";
            failures.push(Failure::new(place, wrong, next));
            Err(failures)
        }
    }
}
