//! The trials of one exercise with their figures, and the next step.

use std::io::Write;
use std::time::Duration;

use exercise_harness::event::TrialOutcome;
use exercise_harness::isolated::Ending;
use exercise_harness::{explain, units};
use leak_meter::{Report, Resource, Verdict};

use super::palette::{BAD, GOOD, OPEN, STRONG, paint};
use super::{width, window};
use crate::failure;
use crate::measure::Measured;
use crate::text::wrapped;
use crate::workspace::{Exercise, Version};

/// The indentation of a trial's figures.
const INDENTATION: &str = "        ";

/// Prints the name and title of the exercise.
pub fn heading(out: &mut (impl Write + ?Sized), exercise: &Exercise) -> anyhow::Result<()> {
    let heading = format!("{}: {}", exercise.name, exercise.metadata.title);
    writeln!(out, "{}", paint(STRONG, &heading))?;
    Ok(())
}

/// Prints one trial; returns whether it passed.
pub fn print(
    out: &mut (impl Write + ?Sized),
    exercise: &Exercise,
    measured: &Measured,
) -> anyhow::Result<bool> {
    let verdict = failure::sentence(exercise, &measured.ended).map_or(Ok(()), Err);
    let (word, style) = match (&verdict, measured.ended.report()) {
        (Ok(()), _) => ("pass", GOOD),
        (Err(_), Some(report)) if report.verdict == Verdict::Undecided => ("open", OPEN),
        (Err(_), _) => ("FAIL", BAD),
    };
    writeln!(out, "  {}  {}", paint(style, word), measured.trial)?;
    let passed = verdict.is_ok();
    let text = match verdict {
        Err(sentence) => sentence,
        Ok(()) => figures(exercise, measured),
    };
    for line in wrapped(&text, width::text() - INDENTATION.len()) {
        writeln!(out, "{INDENTATION}{line}")?;
    }
    Ok(passed)
}

/// The figures of a trial that passed; none for a behaviour.
fn figures(exercise: &Exercise, measured: &Measured) -> String {
    match &measured.ended.ending {
        Ending::Completed(TrialOutcome::Soaked { report }) => {
            steady(exercise.metadata.resources(), report)
        }
        Ending::Completed(TrialOutcome::Bounded { bound }) => explain::bound(bound),
        Ending::Completed(TrialOutcome::Phased { phases }) => explain::phases(phases),
        _ => String::new(),
    }
}

/// A steady soak, with the detection limits of the `declared` resources, and of memory.
fn steady(declared: &[Resource], report: &Report) -> String {
    let memory = [Resource::LiveBlocks, Resource::LiveBytes];
    let memory = memory.into_iter().filter(|resource| !declared.contains(resource));
    let figures = |resource| {
        let growth = report.growth_of(resource)?;
        let rate = units::quantity(resource, growth.per_operation?);
        let limit = units::per_operation(resource, growth.detection_limit?);
        Some(format!("\n  {rate} per operation (a leak above {limit} would show)"))
    };
    let lines: String = declared.iter().copied().chain(memory).filter_map(figures).collect();
    format!(
        "Steady after {} operations in {} rounds:{lines}",
        units::count(report.operations()),
        report.rounds.len()
    )
}

/// The result of all trials.
#[derive(Debug)]
pub struct Summary<'a> {
    /// The number of failed trials.
    pub failed: usize,
    /// The number of all trials.
    pub all: usize,
    /// The time to build, and the time to run the trials.
    pub times: [Duration; 2],
    /// The compiler's warnings.
    pub warnings: &'a [String],
    /// The edits that the result depends on.
    pub reservation: Option<String>,
    /// The next exercise in which something is left to do.
    pub next: Option<&'a Exercise>,
}

/// Prints the result of all trials, and the next step.
pub fn summary(
    out: &mut impl Write,
    exercise: &Exercise,
    Summary { failed, all, times, warnings, reservation, next }: &Summary<'_>,
) -> anyhow::Result<()> {
    let name = &exercise.name;
    if !warnings.is_empty() {
        let count = units::plural(warnings.len() as u64, "warning");
        writeln!(out, "\n{}", paint(OPEN, &format!("The compiler printed {count}:")))?;
        for warning in *warnings {
            writeln!(out, "\n{}", warning.trim())?;
        }
    }
    if let Some(reservation) = reservation {
        writeln!(out)?;
        self::reservation(out, reservation)?;
    }
    let [build, test] = times.map(seconds);
    writeln!(out, "\nIt took {build} to build and {test} to test.")?;
    if *failed == 0 {
        let passed = paint(GOOD, &format!("Passed: all {all} trials."));
        writeln!(out, "{passed}\n{}", next_exercise(exercise, *next))?;
    } else {
        let failed = paint(BAD, &format!("Failed: {failed} of {all} trials."));
        writeln!(out, "Files: exercises/{name}/src\nTask:  exercises/{name}/README.md")?;
        writeln!(out, "{failed} Next: edit, then cargo xtask test {name}")?;
    }
    Ok(())
}

/// The next step after an exercise that is done: our solution, and the next exercise.
pub fn next_exercise(exercise: &Exercise, following: Option<&Exercise>) -> String {
    let next = match following {
        Some(Exercise { name, metadata, .. }) => {
            format!("Next: {name}, {:?}\n  cargo xtask watch {name}", metadata.title)
        }
        None => "No exercise is left. Next: cargo xtask run".to_owned(),
    };
    format!("Compare with ours: {}\n{next}", exercise.readme(Version::Solution))
}

/// Prints that the memory trials wait for a judgement.
pub fn unjudged(out: &mut impl Write, exercise: &Exercise, failed: usize) -> anyhow::Result<()> {
    let behaves = match failed {
        0 => "All behaviours pass.".to_owned(),
        failed => units::plural(failed as u64, "behaviour") + " failed.",
    };
    writeln!(out, "\n{behaves} Its memory trials reveal whether it leaks, so judge it first.")?;
    for line in window::next_step(exercise, width::text()) {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// A time such as `1.4 s`, or `2 min 5 s`.
pub fn seconds(time: Duration) -> String {
    if time.as_secs() < 60 { format!("{:.1} s", time.as_secs_f64()) } else { units::span(time) }
}

/// Prints a sentence about edits that the result depends on.
pub fn reservation(out: &mut (impl Write + ?Sized), sentence: &str) -> anyhow::Result<()> {
    for line in wrapped(sentence, width::text()) {
        writeln!(out, "{}", paint(OPEN, &line))?;
    }
    Ok(())
}

/// Prints that nothing could be tested, and the next step.
pub fn nothing_tested(out: &mut impl Write, exercise: &Exercise) -> anyhow::Result<()> {
    let name = &exercise.name;
    let failed = paint(BAD, "Failed: nothing was tested.");
    writeln!(out, "{failed} Next: make it compile, then cargo xtask test {name}")?;
    Ok(())
}
