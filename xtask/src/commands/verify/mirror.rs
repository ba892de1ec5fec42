//! Check: exercise and solution differ only in the fix, and no word of the exercise gives it away.

use std::collections::BTreeSet;

use super::betrayal;
use super::outcome::{Failure, Outcome};
use super::pattern::{Pattern, files_below, first_difference};

/// Compares the two trees of `pattern`.
pub fn check(pattern: &Pattern) -> anyhow::Result<Outcome> {
    let exercise: BTreeSet<String> =
        files_below(&pattern.at(&pattern.exercise()))?.into_iter().collect();
    let solution: BTreeSet<String> =
        files_below(&pattern.at(&pattern.solution()))?.into_iter().collect();
    let mut failures = Vec::new();
    for (tree, other, only) in [
        (pattern.exercise(), pattern.solution(), exercise.difference(&solution)),
        (pattern.solution(), pattern.exercise(), solution.difference(&exercise)),
    ] {
        let only = only.filter(|file| !pattern.is_fixed_in(file));
        failures.extend(only.map(|file| {
            Failure::new(
                format!("{tree}/{file}"),
                format!("{other} has no such file, and [fix] does not name it."),
                format!("Add it to {other}, or to [fix].files if it is below src/."),
            )
        }));
    }
    let shared: Vec<&String> = exercise.intersection(&solution).collect();
    for file in &shared {
        failures.extend(compare(pattern, file)?);
    }
    for file in
        exercise.iter().filter(|file| ["src/", "tests/"].iter().any(|f| file.starts_with(f)))
    {
        let place = format!("{}/{file}", pattern.exercise());
        let betrayed = betrayal::lines(&pattern.read(&place)?, &pattern.name);
        failures.extend(betrayed.into_iter().map(|(line, word)| {
            Failure::new(
                format!("{place}:{line}"),
                format!("The word {word:?} gives the exercise away."),
                "Say it in other words, in the solution as well.",
            )
        }));
    }
    let readme = format!("{}/README.md", pattern.exercise());
    if exercise.contains("README.md") {
        failures.extend(betrayal::lines_of_readme(&pattern.read(&readme)?).into_iter().map(
            |line| {
                let wrong = "It says of an exercise that it is a decoy, or none.";
                Failure::new(
                    format!("{readme}:{line}"),
                    wrong,
                    "Leave that to the learner to judge.",
                )
            },
        ));
    }
    let fixed: Vec<String> =
        pattern.metadata.fixed_files().iter().map(|file| file.display().to_string()).collect();
    let seen = match fixed.as_slice() {
        [] => format!("{} files in both, alike but for README and name", shared.len()),
        fixed => format!("{} files in both, the fix is in {}", shared.len(), fixed.join(", ")),
    };
    Ok(Outcome::of(failures, seen))
}

/// Compares one file that both trees have, by its rule.
fn compare(pattern: &Pattern, file: &str) -> anyhow::Result<Option<Failure>> {
    let (here, there) =
        (format!("{}/{file}", pattern.exercise()), format!("{}/{file}", pattern.solution()));
    let (exercise, solution) = (pattern.read(&here)?, pattern.read(&there)?);
    Ok(match file {
        "README.md" => None,
        "Cargo.toml" => {
            let [from, to] = ["exercise", "solution"]
                .map(|version| format!("name = \"{}-{version}\"", pattern.name));
            different(&here, &exercise.replacen(&from, &to, 1), &there, &solution)
        }
        "tests/memory.rs" => compare_tests(pattern, &here, &exercise, &solution),
        fixed if pattern.is_fixed_in(fixed) => (exercise == solution).then(|| {
            Failure::new(
                there,
                format!("[fix] names it, and it is the same as {here}."),
                "Remove it from [fix].files in exercise.toml.",
            )
        }),
        _ => different(&here, &exercise, &there, &solution),
    })
}

fn different(here: &str, exercise: &str, there: &str, solution: &str) -> Option<Failure> {
    let (line, in_exercise, in_solution) = first_difference(exercise, solution)?;
    Some(Failure::new(
        format!("{there}:{line}"),
        format!(
            "It differs from {here} outside the fix.\n  exercise: {in_exercise}\n  solution: \
             {in_solution}"
        ),
        "Make the two the same, or name the file in [fix].files if it is part of the fix.",
    ))
}

/// The two memory tests differ in the one `use` line that names the version.
fn compare_tests(pattern: &Pattern, here: &str, exercise: &str, solution: &str) -> Option<Failure> {
    let crate_name = pattern.name.replace('-', "_");
    let [from, to] = ["exercise", "solution"].map(|version| format!("{crate_name}_{version}"));
    let naming: Vec<&str> = exercise.lines().filter(|line| line.contains(&from)).collect();
    if let [line] = naming[..]
        && line.starts_with("use ")
    {
        let expected = exercise.replace(&from, &to);
        let there = format!("{}/tests/memory.rs", pattern.solution());
        return different(here, &expected, &there, solution);
    }
    Some(Failure::new(
        here,
        format!("It must name {from} in exactly one line, a `use`; {} do.", naming.len()),
        format!("Write `use {from} as version;`, and `version` everywhere else."),
    ))
}
