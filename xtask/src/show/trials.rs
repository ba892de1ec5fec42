//! The trials of one exercise, each with what was measured, and what to do next.

use std::io::Write;

use exercise_harness::event::TrialOutcome;
use exercise_harness::isolated::Ending;
use exercise_harness::{explain, units};
use leak_meter::{Report, Resource, Verdict};

use super::palette::{BAD, GOOD, OPEN, STRONG, paint};
use super::words::{self, wrapped};
use crate::measure::Measured;
use crate::workspace::Entry;

/// Stands before what a trial measured.
const INDENTATION: &str = "        ";

/// What is about to be tested.
pub fn heading(entry: &Entry) -> anyhow::Result<()> {
    let heading = format!("{}: {}", entry.name, entry.metadata.title);
    writeln!(anstream::stdout(), "{}", paint(STRONG, &heading))?;
    Ok(())
}

/// Prints one trial; returns whether it passed.
pub fn print(entry: &Entry, measured: &Measured) -> anyhow::Result<bool> {
    let verdict = explain::verdict(&measured.ended, &entry.metadata);
    let (word, style) = match (&verdict, measured.ended.report()) {
        (Ok(()), _) => ("pass", GOOD),
        (Err(_), Some(report)) if report.verdict == Verdict::Undecided => ("open", OPEN),
        (Err(_), _) => ("FAIL", BAD),
    };
    let mut out = anstream::stdout().lock();
    writeln!(out, "  {}  {}", paint(style, word), measured.trial)?;
    let passed = verdict.is_ok();
    let text = match verdict {
        Err(sentence) => sentence,
        Ok(()) => figures(measured),
    };
    for line in wrapped(&text, words::width() - INDENTATION.len()) {
        writeln!(out, "{INDENTATION}{line}")?;
    }
    Ok(passed)
}

/// What a trial that passed has measured; nothing for a behaviour.
fn figures(measured: &Measured) -> String {
    match &measured.ended.ending {
        Ending::Completed(TrialOutcome::Soaked { report }) => steady(report),
        Ending::Completed(TrialOutcome::Bounded { bound }) => explain::bound(bound),
        Ending::Completed(TrialOutcome::Phased { phases }) => explain::phases(phases),
        _ => String::new(),
    }
}

/// A soak that ended as Steady, with what it could have seen.
fn steady(report: &Report) -> String {
    let figures = |resource| {
        let growth = report.growth_of(resource)?;
        let rate = units::quantity(resource, growth.per_operation?);
        let limit = units::per_operation(resource, growth.detection_limit?);
        Some(format!("\n  {rate} per operation (a leak above {limit} would show)"))
    };
    let lines: String =
        [Resource::LiveBlocks, Resource::LiveBytes].into_iter().filter_map(figures).collect();
    format!(
        "Steady after {} operations in {} rounds:{lines}",
        units::count(report.operations()),
        report.rounds.len()
    )
}

/// The last words, after all trials.
pub fn sum(entry: &Entry, failed: usize, all: usize) -> anyhow::Result<()> {
    let name = &entry.name;
    let mut out = anstream::stdout().lock();
    if failed == 0 {
        let passed = paint(GOOD, &format!("Passed: all {all} trials."));
        writeln!(out, "\nCompare with ours: solutions/{name}/README.md")?;
        writeln!(out, "{passed} Next: cargo xtask run")?;
    } else {
        let failed = paint(BAD, &format!("Failed: {failed} of {all} trials."));
        writeln!(out, "\nFiles: exercises/{name}/src\nTask:  exercises/{name}/README.md")?;
        writeln!(out, "{failed} Next: edit, then cargo xtask test {name}")?;
    }
    Ok(())
}

/// The last words where nothing could be tested.
pub fn nothing_tested(name: &str) -> anyhow::Result<()> {
    let failed = paint(BAD, "Failed: nothing was tested.");
    writeln!(anstream::stdout(), "{failed} Next: make it compile, then cargo xtask test {name}")?;
    Ok(())
}
