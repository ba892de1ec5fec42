//! All exercises, one line each, and the next step.

use std::io::Write;

use exercise_harness::{explain, units};
use leak_meter::{Growth, Resource, Verdict};

use super::palette::{self, STRONG, paint};
use super::{width, window};
use crate::document::{Document, ExerciseResult, VersionOutcome, VersionResult};
use crate::status::Tally;
use crate::text::wrapped;
use crate::workspace::{Exercise, Version, Workspace};

/// The width of the widest verdict and a gap.
const VERDICT: usize = 10;

/// The page on leaks, and on how to read every line of the full comparison.
pub const LEAKS: &str = "docs/leaks.md";

/// Prints the line of one exercise, with a column for each of `versions`; the `first` one has a heading.
pub fn line(
    out: &mut (impl Write + ?Sized),
    workspace: &Workspace,
    exercise: &Exercise,
    result: &ExerciseResult,
    versions: &[Version],
    first: bool,
) -> anyhow::Result<()> {
    let names = workspace.exercises.iter().map(|exercise| exercise.name.len());
    let name_width = names.max().unwrap_or(0) + 1;
    let mine = result.version(Version::Exercise);
    let columns = VERDICT * versions.len();
    let room = width::text().saturating_sub(name_width + columns);
    if first {
        let versions_shown = versions.iter().map(|version| format!("{version:VERDICT$}"));
        let columns = versions_shown.collect::<Vec<_>>().concat();
        let last = ["the exercise keeps, per operation", "keeps per operation"];
        let has_last = versions.contains(&Version::Exercise);
        let last = last.into_iter().find(|last| has_last && last.len() <= room);
        let last = last.unwrap_or_default();
        let heading = format!("{:name_width$}{columns}{last}", "");
        writeln!(out, "{}", paint(STRONG, heading.trim_end()))?;
    }
    let verdict = |version: &Version| {
        let Some(version) = result.version(*version) else { return " ".repeat(VERDICT) };
        let short = short(version);
        let gap = " ".repeat(VERDICT.saturating_sub(short.len()));
        format!("{}{gap}", paint(palette::style(version), &short))
    };
    let is_secret = |version: &&VersionResult| !result.is_judged && version.verdict().is_some();
    let (verdicts, keeps) = match mine.filter(is_secret) {
        Some(version) => (
            paint(palette::QUIET, &format!("{:columns$}", "not judged")),
            window::rise(exercise, version)
                .map(|(resource, rise)| part(resource, rise))
                .unwrap_or_default(),
        ),
        None => (
            versions.iter().map(verdict).collect(),
            mine.map(|version| keeps(version, exercise, room)).unwrap_or_default(),
        ),
    };
    let text = format!("{:name_width$}{verdicts}{keeps}", exercise.name);
    writeln!(out, "{}", text.trim_end())?;
    for version in &result.versions {
        // The compiler's messages were printed before.
        let shown = match version.outcome {
            VersionOutcome::DidNotBuild => None,
            // A result with a verdict has no message that would contain this.
            VersionOutcome::Measured => explain::left_behind(&version.left_behind),
            _ => version.message.clone(),
        };
        if let Some(message) = shown {
            let text = format!("{}: {message}", version.version);
            for line in wrapped(&text, width::text() - 2) {
                writeln!(out, "  {line}")?;
            }
        }
    }
    Ok(())
}

/// The result in one word.
fn short(version: &VersionResult) -> String {
    match version.outcome {
        VersionOutcome::Measured => palette::word(version),
        _ => "Broken".to_owned(),
    }
}

/// The growth of a version per operation, in at most `room` characters if possible.
fn keeps(version: &VersionResult, exercise: &Exercise, room: usize) -> String {
    match version.verdict() {
        None => format!("it {}", palette::verb(version.outcome)),
        Some(Verdict::Steady) => "nothing".to_owned(),
        Some(Verdict::Undecided) => "not proven yet".to_owned(),
        Some(Verdict::Growing) => {
            let growing = version.growing(exercise.metadata.resources()).into_iter();
            let part = |growth: &Growth| part(growth.resource, growth.per_operation.unwrap_or(0.0));
            fitting(growing.map(part).collect(), room)
        }
    }
}

/// As many of `parts` as fit into `room` characters, at least one.
fn fitting(parts: Vec<String>, room: usize) -> String {
    let shown = (1..=parts.len()).rev().map(|count| {
        let more = if count < parts.len() { ", ..." } else { "" };
        format!("{}{more}", parts[..count].join(", "))
    });
    let mut shown = shown.skip_while(|text| text.chars().count() > room);
    shown.next().or_else(|| parts.into_iter().next()).unwrap_or_default()
}

/// The growth of one resource, as short as possible.
fn part(resource: Resource, value: f64) -> String {
    match resource {
        Resource::LiveBytes | Resource::ResidentBytes => units::bytes(value),
        Resource::TemporaryBytes => format!("{} on disk", units::bytes(value)),
        Resource::TemporaryFiles => format!("{} temp files", units::number(value)),
        counted => units::quantity(counted, value),
    }
}

/// Prints how many exercises are done and judged, and the next step: the first exercise that is not steady, or
/// not judged yet, whatever its verdict.
pub fn next_step(
    out: &mut impl Write,
    selected: &[&Exercise],
    document: &Document,
    tally: Tally,
) -> anyhow::Result<()> {
    writeln!(out, "\n{tally}\n")?;
    let exercises = || selected.iter().zip(&document.exercises);
    let open = |result: &ExerciseResult, version| {
        let found = result.version(version);
        found.is_some_and(|version| version.verdict() != Some(Verdict::Steady))
    };
    let has_solution = |result: &ExerciseResult| result.version(Version::Solution).is_some();
    let unsteady =
        exercises().filter(|(_, result)| has_solution(result) && open(result, Version::Solution));
    for (exercise, _) in unsteady {
        let name = &exercise.name;
        writeln!(
            out,
            "The solution of {name} should be Steady and is not. If you did not edit it, see why:\n  \
             cargo xtask run {name} --version solution"
        )?;
    }
    let next = exercises().find(|(_, result)| !result.is_judged || open(result, Version::Exercise));
    let ran = document.exercises.iter().any(|result| result.version(Version::Exercise).is_some());
    if let Some((exercise, result)) = next {
        let name = &exercise.name;
        writeln!(
            out,
            "{}",
            paint(STRONG, &format!("Next: {name}, {:?}", exercise.metadata.title))
        )?;
        writeln!(out, "  read   {}", exercise.readme(Version::Exercise))?;
        writeln!(out, "  learn  {LEAKS}")?;
        writeln!(out, "  see    cargo xtask run {name}")?;
        if result.is_judged {
            writeln!(out, "  test   cargo xtask test {name}")?;
        } else {
            writeln!(out, "  judge  cargo xtask judge {name}")?;
        }
    } else if ran {
        writeln!(out, "{}", paint(STRONG, "Every exercise is steady: all leaks are fixed."))?;
        writeln!(out, "Compare your fixes with ours: solutions/<exercise>/README.md")?;
    } else {
        writeln!(out, "Next: cargo xtask run")?;
    }
    Ok(())
}
