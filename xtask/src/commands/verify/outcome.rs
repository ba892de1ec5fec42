//! What a check comes to: proven, or failed with all that is wrong.

use std::fmt;

/// The checks, in the order in which they are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// The exercise is what its lock says was shipped.
    Shipped,
    /// The exercise is whole and its metadata is true.
    Metadata,
    /// Exercise and solution differ only in the fix.
    Mirror,
    /// All manifests list the same dependencies.
    Dependencies,
    /// The READMEs have their parts.
    Readmes,
    /// Nothing compiles with a warning.
    Warnings,
    /// The exercise behaves, and leaks what it declares.
    Exercise,
    /// The solution passes every trial.
    Solution,
    /// Wrong fixes are rejected, right ones pass.
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
            Self::Warnings => "warnings",
            Self::Exercise => "exercise",
            Self::Solution => "solution",
            Self::Fixes => "fixes",
        })
    }
}

/// How one check of one exercise ended.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub enum Outcome {
    /// It holds; the words say what was seen.
    Proven(String),
    /// It does not hold, for each of these reasons.
    Failed(Vec<Failure>),
    /// Nothing can be said, for this reason.
    CouldNotRun(String),
}

/// One reason why a check does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Where: a file, from the workshop's root, or a trial.
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

impl Outcome {
    /// Failed if there are any `failures`; otherwise proven, in the words of `seen`.
    pub fn of(failures: Vec<Failure>, seen: impl Into<String>) -> Self {
        if failures.is_empty() { Self::Proven(seen.into()) } else { Self::Failed(failures) }
    }
}
