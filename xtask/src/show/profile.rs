//! What another tool says of an exercise's work, beside what we say.

use std::io::Write;
use std::path::Path;

use exercise_harness::units;
use leak_meter::Verdict;

use super::palette::{STRONG, paint};
use super::words;
use crate::commands::profile::Profile;
use crate::workspace::Entry;

/// Prints both conclusions, and what is to be learnt from them.
pub fn print(entry: &Entry, profile: &Profile, root: &Path) -> anyhow::Result<()> {
    let mut out = anstream::stdout().lock();
    let tool = profile.tool.name();
    let heading = format!("{}, the {}, under {tool}", entry.name, profile.version);
    writeln!(out, "{}", paint(STRONG, &heading))?;
    let operations: u64 = profile.rounds.iter().map(|round| round.operations).sum();
    let rounds = profile.rounds.len();
    writeln!(
        out,
        "\n{tool} says, of {rounds} {} and {} operations:",
        if rounds == 1 { "round" } else { "rounds" },
        units::count(operations)
    )?;
    profile.conclusion.iter().try_for_each(|line| writeln!(out, "  {line}"))?;

    let report = &profile.report;
    writeln!(
        out,
        "\nleak-meter says, of {} rounds and {} operations without {tool}:",
        report.rounds.len(),
        units::count(report.operations())
    )?;
    writeln!(out, "  {}", report.verdict)?;
    for growth in report.growing() {
        let rate = units::quantity(growth.resource, growth.per_operation.unwrap_or(0.0));
        writeln!(out, "  {rate} per operation")?;
    }
    let first = report.sites.iter().find(|site| site.verdict == Verdict::Growing);
    if let Some((site, file, line)) = first.and_then(|s| Some((s, s.file.as_ref()?, s.line?))) {
        writeln!(out, "  first by {}\n    {file}:{line}", site.function)?;
    }
    writeln!(out)?;
    for text in std::iter::once(profile.lesson).chain(profile.note) {
        for line in words::wrapped(text, words::width()) {
            writeln!(out, "{line}")?;
        }
    }
    let file = profile.file.strip_prefix(root).unwrap_or(&profile.file);
    writeln!(
        out,
        "An operation took {} times as long under {tool}.",
        units::number(profile.slowdown)
    )?;
    writeln!(out, "\nAll of what {tool} found: {}", file.display())?;
    Ok(())
}
