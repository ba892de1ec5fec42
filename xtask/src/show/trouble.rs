//! Versions that do not build, on standard error.

use std::collections::BTreeMap;
use std::io::Write;

use crate::build;
use crate::cargo::Built;
use crate::document::{Document, VersionOutcome};
use crate::progress::Progress;
use crate::run::Selected;
use crate::show::width;
use crate::text::wrapped;
use crate::workspace::{Exercise, Version};

/// Reports that `version` of `exercise` does not build, for the reason in `message`.
pub fn did_not_build(
    out: &mut (impl Write + ?Sized),
    exercise: &Exercise,
    version: Version,
    message: &str,
) {
    let folder = exercise.folder(version);
    let second = ["cannot define multiple global allocators", "conflicts with global allocator"];
    let next = if second.iter().any(|words| message.contains(words)) {
        "\nIts memory test already has the one global allocator, the meter: remove the other.\n"
    } else {
        ""
    };
    // The exit code reports it too, so a closed standard error does no harm.
    let _ = writeln!(
        out,
        "{folder} does not build, so it is not measured:\n\n{}\n{next}",
        message.trim()
    );
}

/// Reports each version of `document` that was built and has no verdict, with what ended it.
pub fn report_unmeasured(document: &Document) {
    let err = &mut anstream::stderr();
    for result in &document.exercises {
        for version in &result.versions {
            // The compiler's messages were printed before.
            if matches!(version.outcome, VersionOutcome::Measured | VersionOutcome::DidNotBuild) {
                continue;
            }
            let message = version.message.as_deref().unwrap_or_default();
            let text = format!("{} ({}): {message}", result.exercise, version.version);
            for line in wrapped(&text, width::text()) {
                // The exit code reports it too, so a closed standard error does no harm.
                let _ = writeln!(err, "{line}");
            }
        }
    }
}

/// Reports each of the `selected` versions that does not build.
pub fn report_broken(
    selected: &[Selected<'_>],
    built: &BTreeMap<String, Built>,
    progress: &Progress,
) {
    for Selected { exercise, versions, .. } in selected {
        for version in *versions {
            if let Err(none) = build::test(built, exercise, *version) {
                progress.print_error(|out| did_not_build(out, exercise, *version, none.message()));
            }
        }
    }
}
