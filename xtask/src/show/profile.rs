//! Another tool's conclusion about an exercise, beside leak-meter's.

use std::io::Write;

use exercise_harness::units;

use super::palette::{STRONG, paint};
use super::width;
use crate::location::{self, Location};
use crate::profiler::Profile;
use crate::text::wrapped;
use crate::workspace::Exercise;

/// Prints both conclusions, and the lesson.
pub fn print(out: &mut impl Write, exercise: &Exercise, profile: &Profile) -> anyhow::Result<()> {
    let tool = profile.tool.name();
    let heading = format!("{}, the {}, under {tool}", exercise.name, profile.version);
    writeln!(out, "{}", paint(STRONG, &heading))?;
    let operations: u64 = profile.rounds.iter().map(|round| round.operations).sum();
    writeln!(
        out,
        "\n{tool} says, after {} and {} operations:",
        units::plural(profile.rounds.len() as u64, "round"),
        units::count(operations)
    )?;
    profile.conclusion.iter().try_for_each(|line| writeln!(out, "  {line}"))?;

    let report = &profile.report;
    writeln!(
        out,
        "\nleak-meter says, after {} rounds and {} operations without {tool}:",
        report.rounds.len(),
        units::count(report.operations())
    )?;
    writeln!(out, "  {}", report.verdict)?;
    for growth in report.growing() {
        let rate = units::quantity(growth.resource, growth.per_operation.unwrap_or(0.0));
        writeln!(out, "  {rate} per operation")?;
    }
    let first = location::growing(&report.sites).next();
    if let Some((site, location)) = first.and_then(|site| Some((site, Location::of_site(site)?))) {
        writeln!(out, "  first by {}\n    {location}", site.function)?;
    }
    writeln!(out)?;
    for text in std::iter::once(profile.lesson).chain(profile.note) {
        for line in wrapped(text, width::text()) {
            writeln!(out, "{line}")?;
        }
    }
    let file = profile.file.strip_prefix(&exercise.root).unwrap_or(&profile.file);
    writeln!(
        out,
        "An operation took {} times as long under {tool}.",
        units::number(profile.slowdown)
    )?;
    writeln!(out, "\nEverything that {tool} found: {}", file.display())?;
    Ok(())
}
