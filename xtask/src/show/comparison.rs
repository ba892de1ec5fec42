//! One exercise in full: its versions side by side, their meaning, and the next step.

use std::io::Write;

use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use comfy_table::{ColumnConstraint, ContentArrangement};
use exercise_harness::explain;
use leak_meter::Verdict;

use super::brief::LEAKS;
use super::palette::{self, QUIET, STRONG, paint};
use super::{meaning, rows, trials, width};
use crate::document::{ExerciseResult, VersionOutcome, VersionResult};
use crate::status::Stage;
use crate::text::wrapped;
use crate::workspace::{Exercise, Version};

/// Prints the comparison of the versions in `result`.
pub fn print(
    out: &mut impl Write,
    exercise: &Exercise,
    result: &ExerciseResult,
) -> anyhow::Result<()> {
    trials::heading(out, exercise)?;
    let mut table = comfy_table::Table::new();
    table.load_style(UTF8_HORIZONTAL_ONLY);
    table.style_mut().row_separator = comfy_table::LineStyle::none();
    let versions = result.versions.iter().map(|version| version.version.to_string());
    table.set_header(std::iter::once(String::new()).chain(versions));
    let width = width::text();
    table.add_rows(rows::all(exercise, result, width));
    // Cells may be broken; labels may not.
    table.set_content_arrangement(ContentArrangement::Dynamic).set_width(narrow(width));
    if let Some(labels) = table.column_mut(0) {
        labels.set_constraint(ColumnConstraint::ContentWidth);
    }
    for line in table.lines() {
        let line = line.trim_end();
        // Coloured after the layout, which does not understand colours.
        let verdict = line.trim_start().starts_with(rows::VERDICT);
        writeln!(out, "{}", if verdict { painted(line) } else { line.to_owned() })?;
    }
    for note in rows::notes(result, true) {
        for line in wrapped(&note, width::text()) {
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
        // The compiler's message was printed before.
        let sentence = match version.outcome {
            VersionOutcome::DidNotBuild => {
                let noun = version.version.noun();
                format!("The {noun} does not build; see the compiler's message above.")
            }
            _ => meaning::sentence(exercise, version, result.requests_per_second),
        };
        for line in wrapped(&sentence, width::text()) {
            writeln!(out, "{line}")?;
        }
    }
    Ok(())
}

/// Prints the next step, for a learner at this `stage` of the exercise. `following` is the next exercise in
/// which something is left to do.
pub fn next_step(
    out: &mut impl Write,
    exercise: &Exercise,
    result: &ExerciseResult,
    stage: Stage,
    following: Option<&Exercise>,
) -> anyhow::Result<()> {
    let is_steady =
        result.version(Version::Exercise).and_then(VersionResult::verdict) == Some(Verdict::Steady);
    let text = if is_steady && stage.is_done() {
        trials::next_exercise(exercise, following)
    } else {
        next(exercise, result, stage)
    };
    writeln!(out, "\n{}", paint(STRONG, &text))?;
    writeln!(out, "{}", paint(QUIET, &format!("What each line means: {LEAKS}")))?;
    Ok(())
}

/// A width in the type of the table.
fn narrow(width: usize) -> u16 {
    u16::try_from(width).unwrap_or(u16::MAX)
}

/// The growing lines of a version, its undecided lines, their holders, and advice on attribution.
fn places(version: &VersionResult) -> Vec<String> {
    let mut lines = Vec::new();
    for (verdict, style) in [(Verdict::Growing, palette::BAD), (Verdict::Undecided, palette::OPEN)]
    {
        // The heading names the version, which the harness does not know.
        if let Some(places) = explain::places(version.sites(), verdict) {
            let verdict = paint(style, &verdict.to_string());
            let noun = version.version.noun();
            lines.push(format!("{verdict} lines of the {noun}, per operation:"));
            lines.extend(places.lines.iter().flat_map(|line| wrapped(line, width::text())));
        }
    }
    if let Some(holders) = explain::holders(version.holders()) {
        lines.extend([String::new(), paint(STRONG, holders.heading)]);
        lines.extend(holders.lines.iter().flat_map(|line| wrapped(line, width::text())));
    }
    let advice = version.report.as_ref().and_then(|report| report.attribution.advice.as_ref());
    let note = advice.map(|advice| wrapped(&format!("Note: {advice}."), width::text()));
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

/// The next step with this exercise.
fn next(exercise: &Exercise, result: &ExerciseResult, stage: Stage) -> String {
    let name = &exercise.name;
    let Some(mine) = result.version(Version::Exercise) else {
        return format!("Next: cargo xtask run {name}");
    };
    match (mine.outcome, mine.verdict()) {
        (VersionOutcome::Measured, Some(Verdict::Steady)) if stage == Stage::Misjudged => {
            format!("Next: answer again: cargo xtask judge {name}")
        }
        (VersionOutcome::Measured, Some(Verdict::Steady)) => {
            format!("Next: cargo xtask test {name}\n(is it steady, and does it still behave?)")
        }
        (VersionOutcome::Measured, Some(Verdict::Undecided))
            if mine.report.as_ref().is_none_or(|report| report.stopped.is_none()) =>
        {
            format!("Next: cargo xtask test {name}\n(measures longer where that is needed)")
        }
        (VersionOutcome::Measured, _) => {
            format!("Next: cargo xtask test {name}\nTask: exercises/{name}/README.md")
        }
        (VersionOutcome::DidNotBuild, _) => {
            format!("Next: make it compile, then cargo xtask run {name}")
        }
        _ => format!("Next: cargo xtask test {name}\n(which trials still pass?)"),
    }
}
