//! One exercise in full: its versions side by side, what that means, and what to do next.

use std::io::Write;

use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use comfy_table::{ColumnConstraint, ContentArrangement};
use exercise_harness::explain;
use leak_meter::Verdict;

use super::palette::{self, QUIET, STRONG, paint};
use super::words::{self, wrapped};
use super::{meaning, rows};
use crate::document::{ExerciseResult, Outcome, VersionResult};
use crate::workspace::{Entry, Version};

/// Prints the comparison of the versions in `result`.
pub fn print(entry: &Entry, result: &ExerciseResult) -> anyhow::Result<()> {
    let mut out = anstream::stdout().lock();
    let heading = format!("{}: {}", entry.name, entry.metadata.title);
    writeln!(out, "{}", paint(STRONG, &heading))?;
    let mut table = comfy_table::Table::new();
    table.load_style(UTF8_HORIZONTAL_ONLY);
    table.style_mut().row_separator = comfy_table::LineStyle::none();
    let versions = result.versions.iter().map(|version| version.version.to_string());
    table.set_header(std::iter::once(String::new()).chain(versions));
    let width = words::width();
    table.add_rows(rows::all(entry, result, width));
    // Cells are broken where they do not fit; labels stay whole.
    table.set_content_arrangement(ContentArrangement::Dynamic).set_width(narrow(width));
    if let Some(labels) = table.column_mut(0) {
        labels.set_constraint(ColumnConstraint::ContentWidth);
    }
    for line in table.lines() {
        let line = line.trim_end();
        // Coloured once the columns stand, which know nothing of colours.
        let verdict = line.trim_start().starts_with(rows::VERDICT);
        writeln!(out, "{}", if verdict { painted(line) } else { line.to_owned() })?;
    }
    for note in rows::notes(result, true) {
        for line in wrapped(&note, words::width()) {
            writeln!(out, "{}", paint(QUIET, &line))?;
        }
    }
    for version in &result.versions {
        for (at, line) in places(version).iter().enumerate() {
            writeln!(out, "{}{line}", if at == 0 { "\n" } else { "" })?;
        }
    }
    writeln!(out)?;
    for version in &result.versions {
        // The compiler's message stands above already, and its lines are its own.
        let sentence = match version.outcome {
            Outcome::DidNotBuild => {
                let noun = version.version.noun();
                format!("The {noun} does not build; see the compiler's message above.")
            }
            _ => meaning::of(entry, version, result.requests_per_second),
        };
        for line in wrapped(&sentence, words::width()) {
            writeln!(out, "{line}")?;
        }
    }
    Ok(())
}

/// Prints what to do next.
pub fn print_next(entry: &Entry, result: &ExerciseResult) -> anyhow::Result<()> {
    writeln!(anstream::stdout(), "\n{}", paint(STRONG, &next(entry, result)))?;
    Ok(())
}

/// A width as the table counts it.
fn narrow(width: usize) -> u16 {
    u16::try_from(width).unwrap_or(u16::MAX)
}

/// The lines of a version that grow, then those that are undecided, and how to find them better.
fn places(version: &VersionResult) -> Vec<String> {
    let mut lines = Vec::new();
    for (verdict, style) in [(Verdict::Growing, palette::BAD), (Verdict::Undecided, palette::OPEN)]
    {
        // The heading is our own: it names the version.
        if let Some(places) = explain::places(&version.sites, verdict) {
            let verdict = paint(style, &verdict.to_string());
            let noun = version.version.noun();
            lines.push(format!("{verdict} lines of the {noun}, per operation:"));
            lines.extend(places.lines.iter().flat_map(|line| wrapped(line, words::width())));
        }
    }
    if let Some(holders) = explain::holders(version.holders.as_ref()) {
        lines.extend([String::new(), paint(STRONG, holders.heading)]);
        lines.extend(holders.lines.iter().flat_map(|line| wrapped(line, words::width())));
    }
    let advice = version.attribution.as_ref().and_then(|attribution| attribution.advice.as_ref());
    let note = advice.map(|advice| wrapped(&format!("Note: {advice}."), words::width()));
    lines.extend(note.into_iter().flatten().map(|line| paint(QUIET, &line)));
    lines
}

fn painted(line: &str) -> String {
    let verdicts = [
        (Verdict::Growing, palette::BAD),
        (Verdict::Steady, palette::GOOD),
        (Verdict::Undecided, palette::OPEN),
    ];
    verdicts.iter().fold(line.to_owned(), |line, (verdict, style)| {
        line.replace(&verdict.to_string(), &paint(*style, &verdict.to_string()))
    })
}

/// What to do next with this exercise.
fn next(entry: &Entry, result: &ExerciseResult) -> String {
    let name = &entry.name;
    let Some(exercise) = result.version(Version::Exercise) else {
        return format!("Next: cargo xtask run {name}");
    };
    match (exercise.outcome, exercise.verdict) {
        (Outcome::Measured, Some(Verdict::Steady)) => {
            format!("Next: cargo xtask test {name}\n(is it steady, and does it still behave?)")
        }
        (Outcome::Measured, Some(Verdict::Undecided)) if exercise.stopped.is_none() => {
            format!("Next: cargo xtask test {name}\n(measures longer where that is needed)")
        }
        (Outcome::Measured, _) => {
            format!("Next: cargo xtask test {name}\nTask: exercises/{name}/README.md")
        }
        (Outcome::DidNotBuild, _) => {
            format!("Next: make it compile, then cargo xtask run {name}")
        }
        _ => format!("Next: cargo xtask test {name}\n(which trials still pass?)"),
    }
}
