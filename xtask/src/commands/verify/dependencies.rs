//! Check: all exercises and solutions list the same dependencies, so that no manifest betrays its
//! fix.

use super::outcome::{Failure, Outcome};
use super::pattern::{Pattern, first_difference};

/// Compares the dependencies of both versions of `pattern` with those of the `first` exercise.
pub fn check(pattern: &Pattern, first: &Pattern) -> anyhow::Result<Outcome> {
    let model = format!("{}/Cargo.toml", first.exercise());
    let listed = dependencies(&first.read(&model)?);
    let mut failures = Vec::new();
    for version in [pattern.exercise(), pattern.solution()] {
        let place = format!("{version}/Cargo.toml");
        let own = dependencies(&pattern.read(&place)?);
        if own.is_empty() {
            let next = format!("List the [dependencies] that {model} has.");
            failures.push(Failure::new(place, "It lists no [dependencies].", next));
        } else if let Some((_, expected, found)) = first_difference(&listed, &own) {
            failures.push(Failure::new(
                place,
                format!(
                    "Its [dependencies] are not those of {model}.\n  there: {expected}\n   here: \
                     {found}"
                ),
                "List the same ones in the same order in every exercise and solution.",
            ));
        }
    }
    Ok(Outcome::of(failures, format!("the same {} everywhere", listed.lines().count())))
}

/// The lines of `[dependencies]`, as they stand: their order counts.
fn dependencies(manifest: &str) -> String {
    let after = manifest.lines().map(str::trim).skip_while(|line| *line != "[dependencies]");
    let own = after.skip(1).take_while(|line| !line.starts_with('['));
    let lines: Vec<&str> = own.filter(|l| !l.is_empty() && !l.starts_with('#')).collect();
    lines.join("\n")
}
