//! The outcome of a check: proven, or failed with every reason.

use std::fmt;

/// The checks, in display order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// The exercise is as its lock says it was shipped.
    Shipped,
    /// The exercise is complete and its metadata is correct.
    Metadata,
    /// Exercise and solution differ only in the fix.
    Mirror,
    /// All manifests list the same dependencies.
    Dependencies,
    /// The READMEs have their sections.
    Readmes,
    /// Nothing tells whether it leaks.
    Secrecy,
    /// No placeholder of the skeleton is left.
    Placeholders,
    /// Nothing compiles with a warning.
    Warnings,
    /// The behaviours of the exercise pass, and it leaks what it declares.
    Exercise,
    /// What a learner is shown of the exercise before a judgement.
    Window,
    /// The solution passes every trial.
    Solution,
    /// Wrong fixes are rejected, right fixes pass.
    Fixes,
}

impl fmt::Display for Check {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Shipped => "shipped",
            Self::Metadata => "metadata",
            Self::Mirror => "mirror",
            Self::Dependencies => "dependencies",
            Self::Readmes => "readmes",
            Self::Secrecy => "secrecy",
            Self::Placeholders => "placeholders",
            Self::Warnings => "warnings",
            Self::Exercise => "exercise",
            Self::Window => "window",
            Self::Solution => "solution",
            Self::Fixes => "fixes",
        })
    }
}

/// How one check of one exercise ended.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub enum CheckOutcome {
    /// It holds; the text says what was checked.
    Proven(String),
    /// It does not hold, for each of these reasons.
    Failed(Vec<Failure>),
    /// It could not be run, for this reason.
    CouldNotRun(String),
}

/// One reason why a check does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// A file, relative to the workshop's root, or a trial.
    pub place: String,
    /// What is wrong, in sentences.
    pub wrong: String,
    /// What to do about it, in a sentence.
    pub next: String,
}

impl Failure {
    /// A failure at `place`.
    pub fn new(
        place: impl Into<String>,
        wrong: impl Into<String>,
        next: impl Into<String>,
    ) -> Self {
        Self { place: place.into(), wrong: wrong.into(), next: next.into() }
    }
}

impl CheckOutcome {
    /// Failed if there are any `failures`; otherwise proven, with the text `seen`.
    pub fn new(failures: Vec<Failure>, seen: impl Into<String>) -> Self {
        if failures.is_empty() { Self::Proven(seen.into()) } else { Self::Failed(failures) }
    }
}

/// How many checks ended in which way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    pub proven: usize,
    pub failed: usize,
    /// Could not be run.
    pub not_run: usize,
}

impl Tally {
    /// Counts `outcome`.
    pub fn add(&mut self, outcome: &CheckOutcome) {
        match outcome {
            CheckOutcome::Proven(_) => self.proven += 1,
            CheckOutcome::Failed(_) => self.failed += 1,
            CheckOutcome::CouldNotRun(_) => self.not_run += 1,
        }
    }

    /// The number of checks.
    pub fn all(&self) -> usize {
        self.proven + self.failed + self.not_run
    }
}
