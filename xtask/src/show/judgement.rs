//! A judgement beside the measurement, and why it is right or wrong.

use std::io::Write;

use exercise_harness::exercise::ExerciseKind;
use exercise_harness::{explain, units};
use leak_meter::Verdict;

use super::palette::{BAD, GOOD, QUIET, STRONG, paint};
use super::{meaning, width};
use crate::document::VersionResult;
use crate::judgement::{Answer, Judgement};
use crate::readme::Readme;
use crate::text::{paragraphs, wrapped};
use crate::workspace::{Exercise, Version};

/// Prints `judgement`, the measurement that it was compared with, and the next step.
pub fn print(
    out: &mut impl Write,
    exercise: &Exercise,
    judgement: &Judgement,
    result: &VersionResult,
) -> anyhow::Result<()> {
    for line in lines(exercise, judgement, result, width::text()) {
        writeln!(out, "{line}")?;
    }
    let next = next(exercise, judgement, result);
    writeln!(out, "\n{}", paint(STRONG, &next))?;
    Ok(())
}

fn next(exercise: &Exercise, judgement: &Judgement, result: &VersionResult) -> String {
    let name = &exercise.name;
    let solution = exercise.readme(Version::Solution);
    match (result.verdict(), judgement.is_right) {
        (Some(Verdict::Growing), _) => format!("Next: fix it, then cargo xtask test {name}"),
        (_, true) => format!("Next: {solution}"),
        // It counts once the judgement is right.
        (_, false) => format!("Next: read {solution}, then answer again: cargo xtask judge {name}"),
    }
}

/// The judgement and the explanation, in lines of at most `width` characters.
pub fn lines(
    exercise: &Exercise,
    judgement: &Judgement,
    result: &VersionResult,
    width: usize,
) -> Vec<String> {
    let (style, word) = if judgement.is_right { (GOOD, "RIGHT") } else { (BAD, "WRONG") };
    let mut lines = vec![format!("{}: you said {}", paint(style, word), judgement.answer)];
    if !judgement.why.is_empty() {
        lines.extend(wrapped(&format!("  because: {}", judgement.why), width));
    }
    let rate = exercise.metadata.requests_per_second;
    lines.push(String::new());
    lines.extend(wrapped(&meaning::sentence(exercise, result, rate), width));
    match result.verdict() {
        Some(Verdict::Growing) => {
            // Without a place, the search begins now.
            match judgement.is_place_right {
                Some(true) => {
                    let text = "You named the right place: a file with a growing line, or with the \
                                holder of the memory.";
                    lines.extend(wrapped(text, width));
                    lines.extend(below("Who holds it:", explain::first_holder(result.holders())));
                }
                Some(false) => lines.extend(wrapped(
                    "The file that you named has neither a growing line nor the holder of the memory.",
                    width,
                )),
                None => {}
            }
            if judgement.answer == Answer::NoLeak {
                let rounds = result.rounds().len() * 2;
                let text = format!(
                    "Growth that is fine comes to an end. Measure longer, and see that this growth does \
                     not: cargo xtask run {} --rounds {rounds}",
                    exercise.name
                );
                lines.extend(wrapped(&text, width));
            }
        }
        Some(Verdict::Steady) => lines.extend(why_fine(exercise, result, width)),
        _ => {}
    }
    lines
}

/// `lines`, indented below `heading`; nothing without lines.
fn below(heading: &str, lines: Vec<String>) -> Vec<String> {
    let heading = (!lines.is_empty()).then(|| heading.to_owned());
    heading.into_iter().chain(lines.into_iter().map(|line| format!("  {line}"))).collect()
}

/// Where the growth ended, and why the solution's README says that it is fine.
fn why_fine(exercise: &Exercise, result: &VersionResult, width: usize) -> Vec<String> {
    let ExerciseKind::Decoy(decoy) = &exercise.metadata.kind else { return Vec::new() };
    let report = result.report.as_ref();
    let level = |resource: &leak_meter::Resource| {
        let report = report?;
        let round = explain::level_round(report, *resource)?;
        let operations = explain::operations_until(report, round);
        let reading = report.rounds.last()?.reading(*resource)?;
        Some(format!(
            "{} at {}, after {} operations",
            resource.name(),
            units::reading(*resource, reading),
            units::count(operations)
        ))
    };
    let levels = decoy.resources.iter().filter_map(level);
    let mut lines = below("It rose at first, and then stayed level:", levels.collect());
    let why = Readme::load(exercise, Version::Solution).why_fine();
    if !why.trim().is_empty() {
        lines.push(String::new());
        lines.push(paint(QUIET, "Why it is fine"));
        lines.extend(paragraphs(why.trim(), width));
    }
    lines
}
