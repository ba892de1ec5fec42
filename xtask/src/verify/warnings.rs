//! Check: both versions and the crates they depend on compile without warnings.

use crate::cargo::Build;
use crate::workspace::{Exercise, Version};

use super::outcome::{CheckOutcome, Failure};

/// The packages that every exercise depends on.
const SHARED: [&str; 2] = ["exercise-harness", "leak-meter"];

/// Checks the compiler's messages for the packages of `exercise`.
pub fn check(exercise: &Exercise, build: &Build) -> CheckOutcome {
    let mut failures = Vec::new();
    let mut warned = |place: &str, warnings: &[String]| {
        failures.extend(warnings.iter().map(|warning| {
            Failure::new(place, warning.trim_end(), "Fix what the compiler reports.")
        }));
    };
    for version in Version::IN_TREE {
        let place = exercise.folder(version);
        let package = exercise.package(version);
        let Some(result) = build.packages.get(&package) else { continue };
        warned(&place, &result.warnings);
        if let Err(reason) = &result.test {
            warned(&place, std::slice::from_ref(&reason.message));
        }
    }
    for name in [exercise.name.as_str()].iter().chain(&SHARED) {
        let place = format!("crates/{name}");
        warned(&place, build.other_warnings.get(*name).map_or(&[], Vec::as_slice));
    }
    let packages = Version::IN_TREE.len() + 1 + SHARED.len();
    CheckOutcome::new(failures, format!("none in {packages} packages"))
}
