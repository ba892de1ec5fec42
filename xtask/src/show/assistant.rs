//! A measurement for an AI assistant: one Markdown text, small enough to paste, with everything that a
//! question about the exercise needs except the code.

use std::fmt::Write as _;
use std::io::Write;

use exercise_harness::{explain, units};
use leak_meter::site::Site;

use super::{holder, meaning, palette, rows, window};
use crate::document::{ExerciseResult, VersionResult};
use crate::location;
use crate::readme::Readme;
use crate::workspace::{Exercise, Version};

/// How many lines that grow are shown, and how many lines of code around each.
const LINES: (usize, u32) = (4, 2);
/// How many lines about holders are shown.
const HOLDERS: usize = 16;
/// Wide enough for every figure.
const WIDTH: usize = 200;

/// Prints the text about `result`.
pub fn print(
    out: &mut impl Write,
    exercise: &Exercise,
    result: &ExerciseResult,
) -> anyhow::Result<()> {
    write!(out, "{}", text(exercise, result)?)?;
    Ok(())
}

fn text(exercise: &Exercise, result: &ExerciseResult) -> anyhow::Result<String> {
    let (name, folder) = (&exercise.name, exercise.folder(Version::Exercise));
    let readme = Readme::load(exercise, Version::Exercise);
    let mut text = format!("# {name}: {}\n\n", exercise.metadata.title);
    writeln!(
        text,
        "A service in Rust, in `{folder}/src`, measured with `cargo xtask run {name}`. Explain what you are \
         asked, with files and lines. Do not read `solutions/`, and change no code before you are asked to. \
         \"I cannot tell from this\" is a valid answer: then say which measurement would help."
    )?;
    let report = readme.bug_report();
    if !report.is_empty() {
        writeln!(text, "\n## Bug report\n\n{report}")?;
    }
    match result.version(Version::Exercise) {
        Some(version) if result.is_judged => measured(&mut text, exercise, result, version)?,
        Some(version) => {
            writeln!(text, "\n## Measured\n")?;
            writeln!(
                text,
                "Not judged yet: whether it is a leak, or growth that ends, is the question.\n"
            )?;
            if version.rounds().is_empty() {
                writeln!(text, "{}", unmeasured(version))?;
            } else {
                let figures = rows::readings_of(version).into_iter();
                let figures = figures.map(|[label, cell]| format!("{label}: {cell}"));
                let lines: Vec<String> =
                    figures.chain(window::lines(exercise, version, WIDTH)).collect();
                writeln!(text, "```text\n{}\n```", lines.join("\n"))?;
            }
        }
        None => {}
    }
    for heading in ["## Files to examine", "## What must not change"] {
        if let Some(section) = readme.section(heading) {
            writeln!(text, "\n{heading}\n\n{}", section.body.join("\n").trim())?;
        }
    }
    Ok(text)
}

/// The table, the sentences, the growing lines with their code, and the holders.
fn measured(
    text: &mut String,
    exercise: &Exercise,
    result: &ExerciseResult,
    version: &VersionResult,
) -> anyhow::Result<()> {
    let names = result.versions.iter().map(|version| version.version.to_string());
    writeln!(text, "\n## Measured\n\n| | {} |", names.collect::<Vec<_>>().join(" | "))?;
    writeln!(text, "|---|{}", "---|".repeat(result.versions.len()))?;
    for row in rows::all(exercise, result, WIDTH) {
        writeln!(text, "| {} |", row.join(" | "))?;
    }
    writeln!(text)?;
    for version in &result.versions {
        let sentence = match version.verdict() {
            Some(_) => meaning::sentence(exercise, version, result.requests_per_second),
            None => unmeasured(version),
        };
        writeln!(text, "{sentence}")?;
    }
    let growing: Vec<&Site> = location::growing(version.sites()).collect();
    if !growing.is_empty() {
        writeln!(text, "\n## Growing lines: where the memory that stays was allocated")?;
    }
    for site in growing.iter().take(LINES.0) {
        line(text, exercise, site)?;
    }
    if let Some(more @ 1..) = growing.len().checked_sub(LINES.0) {
        writeln!(text, "\nand {}", units::plural(more as u64, "more line"))?;
    }
    if let Some(holders) = explain::holders(version.holders()) {
        let lines = holder::first_lines(holders.lines, HOLDERS);
        writeln!(text, "\n## Who holds it\n\n```text\n{}\n```", lines.join("\n"))?;
    }
    Ok(())
}

/// Why a version has no verdict: the compiler's message, or how its trial ended.
fn unmeasured(version: &VersionResult) -> String {
    format!(
        "The {} has no verdict, because it {}:\n\n```text\n{}\n```",
        version.version.noun(),
        palette::verb(version.outcome),
        version.message.as_deref().unwrap_or_default()
    )
}

/// A growing line with the code around it.
fn line(text: &mut String, exercise: &Exercise, site: &Site) -> anyhow::Result<()> {
    let place = match (&site.file, site.line) {
        (Some(file), Some(line)) => format!("`{file}:{line}`"),
        _ => site.no_line.clone().unwrap_or_default(),
    };
    writeln!(text, "\n`{}`, {place}: {}", site.function, explain::growth_of(site))?;
    if let (Some(file), Some(line), true) = (&site.file, site.line, site.own)
        && let Ok(source) = exercise.read(file)
    {
        writeln!(text, "\n```rust")?;
        for (number, code) in explain::excerpt(&source, line, LINES.1) {
            let mark = if number == line { "  // <- here" } else { "" };
            writeln!(text, "{code}{mark}")?;
        }
        writeln!(text, "```")?;
    }
    Ok(())
}
