//! What was verified: a line for what is proven, a few for each failure.

use std::io::{self, Write};

use crate::commands::verify::outcome::{Check, Outcome};
use crate::commands::verify::shipped::Accepted;
use crate::show::palette::{BAD, GOOD, paint};
use crate::show::progress::Progress;

/// Prints what was taken for what is shipped of the exercise `name`.
pub fn accepted(name: &str, accepted: &Accepted) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    match accepted {
        Accepted::Same => writeln!(out, "exercises/{name}: as its lock says already."),
        Accepted::New { files } => {
            writeln!(out, "exercises/{name}: {files} files are shipped from now on.")
        }
        Accepted::Changed(changes) => {
            writeln!(out, "exercises/{name}: shipped from now on with these changes:")?;
            changes.iter().try_for_each(|change| writeln!(out, "  {change}"))
        }
    }?;
    writeln!(out)
}

/// Prints each outcome as it comes, and counts.
#[derive(Debug)]
pub struct Report<'a> {
    progress: &'a Progress,
    proven: usize,
    failed: usize,
    not_run: usize,
}

impl<'a> Report<'a> {
    /// A report whose first line is `first`.
    pub fn begin(progress: &'a Progress, first: &str) -> io::Result<Self> {
        let report = Self { progress, proven: 0, failed: 0, not_run: 0 };
        report.print(first)?;
        Ok(report)
    }

    /// From here on it is about this exercise.
    pub fn exercise(&self, name: &str) -> io::Result<()> {
        self.print(&format!("\n{name}"))
    }

    /// One line for what is proven; for each failure where, what is wrong, and what to do.
    pub fn check(&mut self, check: Check, outcome: &Outcome) -> io::Result<()> {
        match outcome {
            Outcome::Proven(seen) => {
                self.proven += 1;
                self.print(&format!("  {}   {check:<13} {seen}", paint(GOOD, "proven")))
            }
            Outcome::Failed(failures) => {
                self.failed += 1;
                failures.iter().try_for_each(|failure| {
                    let head =
                        format!("  {}   {check:<13} {}", paint(BAD, "FAILED"), failure.place);
                    let wrong = failure.wrong.replace('\n', "\n             ");
                    self.print(&format!("{head}\n             {wrong}"))?;
                    self.print(&format!("             Next: {}", failure.next))
                })
            }
            Outcome::CouldNotRun(reason) => {
                self.not_run += 1;
                self.print(&format!("  {}  {check:<13} {reason}", paint(BAD, "NOT RUN")))
            }
        }
    }

    /// The last line. Returns how many checks failed, and how many could not be run.
    pub fn end(self) -> io::Result<(usize, usize)> {
        self.progress.end();
        let checks = self.proven + self.failed + self.not_run;
        match (self.failed, self.not_run) {
            (0, 0) => self.print(&format!("\nAll {checks} checks are proven."))?,
            (failed, 0) => self.print(&format!("\n{failed} of {checks} checks failed."))?,
            (failed, not_run) => self.print(&format!(
                "\n{failed} of {checks} checks failed, {not_run} could not be run."
            ))?,
        }
        Ok((self.failed, self.not_run))
    }

    fn print(&self, text: &str) -> io::Result<()> {
        self.progress.aside(|| {
            let mut out = anstream::stdout().lock();
            writeln!(out, "{text}")?;
            out.flush()
        })
    }
}
