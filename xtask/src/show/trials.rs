//! The trials of one exercise with their figures, and the next step.

use std::io::Write;
use std::time::Duration;

use anstyle::Style;
use exercise_harness::event::TrialOutcome;
use exercise_harness::isolated::Ending;
use exercise_harness::{explain, units};
use leak_meter::{Report, Resource, Verdict};

use super::palette::{BAD, GOOD, OPEN, STRONG, paint};
use super::{width, window};
use crate::failure;
use crate::measure::{GROWTH, Measured};
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

/// The trials of an exercise that were run: those that passed, and those that failed.
#[derive(Debug)]
pub struct Results<'a> {
    exercise: &'a Exercise,
    passed: Vec<&'a Measured>,
    /// Each with what went wrong. Growth is the last one, because its text ends with the growing lines.
    failed: Vec<(&'a Measured, String)>,
}

impl<'a> Results<'a> {
    /// The results of `measured`, trials of `exercise`.
    pub fn new(exercise: &'a Exercise, measured: &'a [Measured]) -> Self {
        let mut results = Self { exercise, passed: Vec::new(), failed: Vec::new() };
        for measured in measured {
            match failure::sentence(exercise, &measured.ended) {
                None => results.passed.push(measured),
                Some(sentence) => results.failed.push((measured, sentence)),
            }
        }
        results.failed.sort_by_key(|(measured, _)| measured.trial == GROWTH);
        results
    }

    /// Whether no trial failed.
    pub fn have_passed(&self) -> bool {
        self.failed.is_empty()
    }

    /// The number of trials.
    fn all(&self) -> usize {
        self.passed.len() + self.failed.len()
    }

    /// Prints the trials that passed: each with its figures if no trial failed, else only their names.
    fn print_passed(&self, out: &mut impl Write) -> anyhow::Result<()> {
        if self.have_passed() {
            for measured in &self.passed {
                print(out, ("pass", GOOD), &measured.trial, &figures(self.exercise, measured))?;
            }
        } else if !self.passed.is_empty() {
            let names: Vec<&str> =
                self.passed.iter().map(|measured| measured.trial.as_str()).collect();
            let text = format!("{} of {} trials: {}", names.len(), self.all(), names.join(", "));
            let mut lines = wrapped(&text, width::text() - INDENTATION.len());
            let first = lines.remove(0);
            print(out, ("pass", GOOD), &first, &lines.join("\n"))?;
        }
        Ok(())
    }

    /// Prints the trials that failed, each with what went wrong.
    fn print_failed(&self, out: &mut impl Write) -> anyhow::Result<()> {
        for (measured, sentence) in &self.failed {
            let word = match measured.ended.report() {
                Some(report) if report.verdict == Verdict::Undecided => ("open", OPEN),
                _ => ("FAIL", BAD),
            };
            print(out, word, &measured.trial, sentence)?;
        }
        Ok(())
    }
}

/// Prints a line that begins with `word`, and the indented `text` below it.
fn print(
    out: &mut impl Write,
    (word, style): (&str, Style),
    line: &str,
    text: &str,
) -> anyhow::Result<()> {
    writeln!(out, "  {}  {line}", paint(style, word))?;
    for line in wrapped(text, width::text() - INDENTATION.len()) {
        writeln!(out, "{INDENTATION}{line}")?;
    }
    Ok(())
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

/// What is shown beside the results of all trials.
#[derive(Debug)]
pub struct Summary<'a> {
    /// The time to build, and the time to run the trials.
    pub times: [Duration; 2],
    /// The compiler's warnings.
    pub warnings: &'a [String],
    /// The edits that the result depends on.
    pub reservation: Option<String>,
    /// The next exercise in which something is left to do.
    pub next: Option<&'a Exercise>,
}

/// Prints all trials, and the next step. Failures come last, where a short terminal still shows them.
pub fn results(
    out: &mut impl Write,
    results: &Results<'_>,
    summary: &Summary<'_>,
) -> anyhow::Result<()> {
    let (all, name) = (results.all(), &results.exercise.name);
    results.print_passed(out)?;
    notes(out, summary)?;
    if results.have_passed() {
        let passed = paint(GOOD, &format!("Passed: all {all} trials."));
        writeln!(out, "{passed}\n{}", next_exercise(results.exercise, summary.next))?;
    } else {
        writeln!(out, "Files: exercises/{name}/src\nTask:  exercises/{name}/README.md\n")?;
        results.print_failed(out)?;
        let failed = paint(BAD, &format!("Failed: {} of {all} trials.", results.failed.len()));
        writeln!(out, "{failed} Next: edit, then cargo xtask test {name}")?;
    }
    Ok(())
}

/// Prints the compiler's warnings, the edits that the result depends on, and the times.
fn notes(
    out: &mut impl Write,
    Summary { times, warnings, reservation, next: _ }: &Summary<'_>,
) -> anyhow::Result<()> {
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

/// Prints the behaviours, and that the memory trials wait for a judgement.
pub fn unjudged(out: &mut impl Write, results: &Results<'_>) -> anyhow::Result<()> {
    results.print_passed(out)?;
    results.print_failed(out)?;
    let behaves = match results.failed.len() {
        0 => "All behaviours pass.".to_owned(),
        failed => units::plural(failed as u64, "behaviour") + " failed.",
    };
    writeln!(out, "\n{behaves} Its memory trials reveal whether it leaks, so judge it first.")?;
    for line in window::next_step(results.exercise, width::text()) {
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
