//! The outcome of each check: one line if it is proven, a few for each failure.

use std::io::{self, Write};

use exercise_harness::units;

use crate::show::palette::{BAD, GOOD, paint};
use crate::verify::detection_limits::Detected;
use crate::verify::outcome::{Check, CheckOutcome, Tally};

/// Prints the name of the exercise that the following checks belong to.
pub fn heading(out: &mut (impl Write + ?Sized), name: &str) -> io::Result<()> {
    writeln!(out, "\n{name}")
}

/// Prints one check; for each failure its place, what is wrong, and what to do.
pub fn check(
    out: &mut (impl Write + ?Sized),
    check: Check,
    outcome: &CheckOutcome,
) -> io::Result<()> {
    match outcome {
        CheckOutcome::Proven(seen) => {
            writeln!(out, "  {}   {check:<13} {seen}", paint(GOOD, "proven"))?;
        }
        CheckOutcome::Failed(failures) => {
            for failure in failures {
                let wrong = failure.wrong.replace('\n', "\n             ");
                writeln!(out, "  {}   {check:<13} {}", paint(BAD, "FAILED"), failure.place)?;
                writeln!(out, "             {wrong}")?;
                writeln!(out, "             Next: {}", failure.next)?;
            }
        }
        CheckOutcome::CouldNotRun(reason) => {
            writeln!(out, "  {}  {check:<13} {reason}", paint(BAD, "NOT RUN"))?;
        }
    }
    out.flush()
}

/// Prints the rarest leak that each trial of the exercise `name` detects, the rarest of all first.
pub fn detection_limits(
    out: &mut (impl Write + ?Sized),
    name: &str,
    found: &[Detected],
) -> io::Result<()> {
    heading(out, name)?;
    let one_in = |one: &Detected| format!("1 in {} operations", units::number(one.one_in));
    match found.first() {
        None => writeln!(
            out,
            "  no memory trial of the exercise measures more than that of the solution"
        )?,
        Some(rarest) => {
            let rarest = format!("{}: {}", rarest.trial, one_in(rarest));
            writeln!(out, "  the rarest leak that is detected, by {rarest}")?;
        }
    }
    let width = found.iter().map(|one| one.trial.len()).max().unwrap_or_default();
    for one in found {
        writeln!(out, "  {:width$}  {} ({})", one.trial, one_in(one), one.resource.name())?;
    }
    out.flush()
}

/// Prints how many checks failed or could not be run.
pub fn summary(out: &mut impl Write, tally: Tally) -> io::Result<()> {
    let all = tally.all();
    match tally {
        Tally { failed: 0, not_run: 0, .. } => writeln!(out, "\nAll {all} checks are proven."),
        Tally { failed, not_run: 0, .. } => writeln!(out, "\n{failed} of {all} checks failed."),
        Tally { failed, not_run, .. } => {
            writeln!(out, "\n{failed} of {all} checks failed, {not_run} could not be run.")
        }
    }
}
