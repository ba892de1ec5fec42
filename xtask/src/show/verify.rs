//! The outcome of each check: one line if it is proven, a few for each failure.

use std::io::{self, Write};

use crate::show::palette::{BAD, GOOD, paint};
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
