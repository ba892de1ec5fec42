//! The window of an exercise that is not judged yet: what it keeps, in figures without a verdict. It has
//! the same form for a leak and for growth that ends by itself.

use std::io::Write;

use exercise_harness::units;
use leak_meter::Resource;

use super::curve::{Scale, curve};
use super::palette::{OPEN, paint};
use super::{rows, trials, width};
use crate::document::{ExerciseResult, VersionResult};
use crate::judgement::{self, WINDOW_ROUNDS};
use crate::text::wrapped;
use crate::workspace::{Exercise, Version};

/// The width of a curve.
const CURVE: usize = 24;
/// How many lines that allocate are shown.
const LINES: usize = 3;

/// By how much an operation of `exercise` raises memory, or the first declared resource if memory does not rise.
/// Resources that rise beside memory are left out, because some of them tell a leak from other growth.
pub fn rise(exercise: &Exercise, version: &VersionResult) -> Option<(Resource, f64)> {
    let declared = exercise.metadata.resources();
    let mut memory = [Resource::LiveBytes, Resource::ResidentBytes].into_iter();
    let memory = memory.find(|resource| declared.contains(resource));
    let resource = memory.or(declared.first().copied())?;
    Some((resource, judgement::rise(version.rounds(), resource)?))
}

/// How long the window is, and how much an operation keeps in it: the beginning and the end of a sentence.
pub fn summary(exercise: &Exercise, version: &VersionResult) -> (String, Option<String>) {
    let rounds = version.rounds();
    let operations: u64 = rounds.iter().map(|round| round.operations).sum();
    let window = format!(
        "In {} and {}, as after a restart:",
        units::plural(rounds.len() as u64, "round"),
        units::plural(operations, "operation")
    );
    let keeps =
        |(resource, rise)| format!("{} more per operation", units::quantity(resource, rise));
    (window, rise(exercise, version).map(keeps))
}

/// The figures in lines of at most `width` characters.
pub fn lines(exercise: &Exercise, version: &VersionResult, width: usize) -> Vec<String> {
    let rounds = version.rounds();
    let (window, keeps) = summary(exercise, version);
    let mut lines = wrapped(&window, width);
    lines.extend(keeps.map(|keeps| format!("  {keeps}")));
    // With enough rounds for a verdict, the lines are selected by it.
    let sites = if rounds.len() > WINDOW_ROUNDS { &[] } else { version.sites() };
    let sites = sites.iter().filter(|site| site.own && site.line.is_some());
    let mut places: Vec<String> = sites
        .filter_map(|site| Some(format!("  {}:{}", site.file.as_ref()?, site.line?)))
        .collect();
    let mut seen = std::collections::BTreeSet::new();
    places.retain(|place| seen.insert(place.clone()));
    places.truncate(LINES);
    if !places.is_empty() {
        lines.push("Lines with more live blocks, or possibly more:".to_owned());
        lines.extend(places);
    }
    lines
}

/// The next step: to judge `exercise`.
pub fn next_step(exercise: &Exercise, width: usize) -> Vec<String> {
    let name = &exercise.name;
    let text = format!(
        "Is it a leak, or growth that ends by itself? Read {}, measure longer (--rounds, \
         --operations), and hand in your answer:",
        exercise.readme(Version::Exercise)
    );
    let mut lines = wrapped(&text, width);
    lines.push(format!("  cargo xtask judge {name}"));
    lines
}

/// Prints the figures of an exercise, and the next step.
pub fn print(
    out: &mut impl Write,
    exercise: &Exercise,
    result: &ExerciseResult,
) -> anyhow::Result<()> {
    trials::heading(out, exercise)?;
    let Some(version) = result.version(Version::Exercise) else { return Ok(()) };
    figures(out, exercise, version)?;
    if !version.rounds().is_empty() {
        writeln!(out, "{}", paint(OPEN, "It is not judged yet, so there is no verdict here."))?;
    }
    writeln!(out)?;
    for line in next_step(exercise, width::text()) {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// Prints the readings of `version` and what it keeps, or why it has no rounds.
pub fn figures(
    out: &mut impl Write,
    exercise: &Exercise,
    version: &VersionResult,
) -> anyhow::Result<()> {
    if version.rounds().is_empty() {
        for line in wrapped(version.message.as_deref().unwrap_or_default(), width::text()) {
            writeln!(out, "{line}")?;
        }
        return Ok(());
    }
    let bytes: Vec<u64> = version.rounds().iter().map(|round| round.live_bytes).collect();
    let drawn = curve(&bytes, Scale::new(bytes.iter().copied()), CURVE);
    // The window is what the bug report shows; a longer run is the learner's own.
    let drawn = (bytes.len() > WINDOW_ROUNDS).then(|| [rows::DRAWN.to_owned(), drawn]);
    for [label, cell] in rows::readings_of(version).into_iter().chain(drawn) {
        writeln!(out, "  {label:20} {cell}")?;
    }
    for line in lines(exercise, version, width::text()) {
        writeln!(out, "{line}")?;
    }
    Ok(())
}
