//! Check: exercise and solution differ only in the fix, and no word in the exercise, or in the texts that its
//! README leads to, reveals it.

use std::collections::BTreeSet;

use super::first_difference;
use super::linked_texts;
use super::outcome::{CheckOutcome, Failure};
use super::spoilers;
use crate::files::files_below;
use crate::workspace::{Exercise, Version};

/// Compares the two trees of `exercise`.
pub fn check(exercise: &Exercise) -> anyhow::Result<CheckOutcome> {
    let [here, there] = Version::IN_TREE.map(|version| exercise.folder(version));
    let in_exercise: BTreeSet<String> = files_below(&exercise.path(&here))?.into_iter().collect();
    let in_solution: BTreeSet<String> = files_below(&exercise.path(&there))?.into_iter().collect();
    let mut failures = Vec::new();
    for (tree, other, only) in [
        (&here, &there, in_exercise.difference(&in_solution)),
        (&there, &here, in_solution.difference(&in_exercise)),
    ] {
        let only = only.filter(|file| !exercise.is_fixed_in(file));
        failures.extend(only.map(|file| {
            Failure::new(
                format!("{tree}/{file}"),
                format!("{other} has no such file, and [fix] does not name it."),
                format!("Add it to {other}, or to [fix].files if it is below src/."),
            )
        }));
    }
    let shared: Vec<&String> = in_exercise.intersection(&in_solution).collect();
    for file in &shared {
        failures.extend(compare(exercise, file)?);
    }
    let is_source = |file: &&String| file.starts_with("src/") || file.starts_with("tests/");
    for file in in_exercise.iter().filter(is_source) {
        let place = format!("{here}/{file}");
        let found = spoilers::lines(&exercise.read(&place)?, &exercise.name);
        failures.extend(found.into_iter().map(|(line, word)| {
            Failure::new(
                format!("{place}:{line}"),
                format!("The word {word:?} reveals the leak."),
                "Use other words, in the solution as well.",
            )
        }));
    }
    if in_exercise.contains("README.md") {
        let place = exercise.readme(Version::Exercise);
        let lines = spoilers::lines_of_readme(&exercise.read(&place)?);
        failures.extend(lines.into_iter().map(|line| {
            let wrong = "This line reveals whether the exercise leaks.";
            let next = "Leave that for the learner to find out.";
            Failure::new(format!("{place}:{line}"), wrong, next)
        }));
    }
    failures.extend(linked_texts::check(exercise)?);
    let fixed: Vec<String> =
        exercise.metadata.fixed_files().iter().map(|file| file.display().to_string()).collect();
    let seen = match fixed.as_slice() {
        [] => format!("{} files in both, the same except for README and name", shared.len()),
        fixed => format!("{} files in both, the fix is in {}", shared.len(), fixed.join(", ")),
    };
    Ok(CheckOutcome::new(failures, seen))
}

/// Compares a file that both trees have, by the rule for it.
fn compare(exercise: &Exercise, file: &str) -> anyhow::Result<Option<Failure>> {
    let [here, there] =
        Version::IN_TREE.map(|version| format!("{}/{file}", exercise.folder(version)));
    let (original, solution) = (exercise.read(&here)?, exercise.read(&there)?);
    Ok(match file {
        "README.md" => None,
        "Cargo.toml" => {
            let [from, to] =
                Version::IN_TREE.map(|version| format!("name = \"{}\"", exercise.package(version)));
            different(&here, &original.replacen(&from, &to, 1), &there, &solution)
        }
        "tests/memory.rs" => compare_tests(exercise, &here, &original, &solution),
        fixed if exercise.is_fixed_in(fixed) => (original == solution).then(|| {
            Failure::new(
                there,
                format!("[fix] names it, but it is the same as {here}."),
                "Remove it from [fix].files in exercise.toml.",
            )
        }),
        _ => different(&here, &original, &there, &solution),
    })
}

fn different(here: &str, original: &str, there: &str, solution: &str) -> Option<Failure> {
    let (line, in_exercise, in_solution) = first_difference(original, solution)?;
    Some(Failure::new(
        format!("{there}:{line}"),
        format!(
            "It differs from {here} outside the fix.\n  exercise: {in_exercise}\n  solution: \
             {in_solution}"
        ),
        "Make them the same, or name the file in [fix].files if it is part of the fix.",
    ))
}

/// The memory tests may differ only in the one `use` line that names the version.
fn compare_tests(
    exercise: &Exercise,
    here: &str,
    original: &str,
    solution: &str,
) -> Option<Failure> {
    let crate_name = exercise.name.replace('-', "_");
    let [from, to] = ["exercise", "solution"].map(|version| format!("{crate_name}_{version}"));
    let naming: Vec<&str> = original.lines().filter(|line| line.contains(&from)).collect();
    if let [line] = naming[..]
        && line.starts_with("use ")
    {
        let expected = original.replace(&from, &to);
        let there = format!("{}/tests/memory.rs", exercise.folder(Version::Solution));
        return different(here, &expected, &there, solution);
    }
    Some(Failure::new(
        here,
        format!("Exactly one line, a `use`, may name {from}; {} do.", naming.len()),
        format!("Write `use {from} as version;`, and `version` everywhere else."),
    ))
}
