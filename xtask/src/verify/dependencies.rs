//! Check: all exercises and solutions list the same dependencies, so that no manifest reveals a fix.

use super::first_difference;
use super::outcome::{CheckOutcome, Failure};
use crate::workspace::{Exercise, Version};

/// Compares the dependencies of both versions of `exercise` with those of the `first` exercise.
pub fn check(exercise: &Exercise, first: &Exercise) -> anyhow::Result<CheckOutcome> {
    let model = format!("{}/Cargo.toml", first.folder(Version::Exercise));
    let listed = dependencies(&first.read(&model)?);
    let mut failures = Vec::new();
    for version in [exercise.folder(Version::Exercise), exercise.folder(Version::Solution)] {
        let place = format!("{version}/Cargo.toml");
        let own = dependencies(&exercise.read(&place)?);
        if own.is_empty() {
            let next = format!("List the [dependencies] that {model} has.");
            failures.push(Failure::new(place, "It lists no [dependencies].", next));
        } else if let Some((_, expected, found)) = first_difference(&listed, &own) {
            failures.push(Failure::new(
                place,
                format!(
                    "Its [dependencies] differ from those of {model}.\n  there: {expected}\n   here: \
                     {found}"
                ),
                "List the same ones in the same order in every exercise and solution.",
            ));
        }
    }
    Ok(CheckOutcome::new(failures, format!("the same {} everywhere", listed.lines().count())))
}

/// The lines of `[dependencies]`. Their order counts.
fn dependencies(manifest: &str) -> String {
    let after = manifest.lines().map(str::trim).skip_while(|line| *line != "[dependencies]");
    let own = after.skip(1).take_while(|line| !line.starts_with('['));
    let lines: Vec<&str> = own.filter(|l| !l.is_empty() && !l.starts_with('#')).collect();
    lines.join("\n")
}
