//! Check: neither version, nor what they stand on, compiles with a warning.

use crate::cargo::Build;
use crate::workspace::Version;

use super::outcome::{Failure, Outcome};
use super::pattern::Pattern;

/// The packages that every exercise stands on.
const SHARED: [&str; 2] = ["exercise-harness", "leak-meter"];

/// Looks at what the compiler said of the packages of `pattern`.
pub fn check(pattern: &Pattern, build: &Build) -> Outcome {
    let mut failures = Vec::new();
    let mut warned = |place: &str, warnings: &[String]| {
        failures.extend(warnings.iter().map(|warning| {
            Failure::new(place, warning.trim_end(), "Correct what the compiler names.")
        }));
    };
    for version in Version::IN_TREE {
        let place = version.folder(&pattern.name);
        let package = version.package(&pattern.name);
        let Some(result) = build.packages.get(&package) else { continue };
        warned(&place, &result.warnings);
        if let Err(reason) = &result.test {
            warned(&place, std::slice::from_ref(&reason.message));
        }
    }
    for name in [pattern.name.as_str()].iter().chain(&SHARED) {
        let place = format!("crates/{name}");
        warned(&place, build.other_warnings.get(*name).map_or(&[], Vec::as_slice));
    }
    let packages = Version::IN_TREE.len() + 1 + SHARED.len();
    Outcome::of(failures, format!("none in {packages} packages"))
}
