//! A fix of the catalogue: a patch with an explanation, and its application to the exercise.

use exercise_harness::trial::TrialKind;
use std::path::Path;

use diffy::patch_set::{FileOperation, ParseOptions, PatchSet};
use diffy::{Hunk, Line, Patch};

use crate::verify::outcome::Failure;
use crate::workspace::{Exercise, Version};

/// What a fix claims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// It is wrong: this trial must fail.
    RejectedBy(String),
    /// It is right: every trial must pass.
    Right,
}

/// A patch of the catalogue.
#[derive(Debug, Clone)]
pub struct Fix {
    /// Its file, relative to the workshop's root.
    pub place: String,
    /// The package that it is built as: `x-wrong-clear-all`.
    pub package: String,
    /// What it claims.
    pub claim: Claim,
    /// The diff, without its explanation.
    diff: String,
}

/// The label of the trial that must reject a wrong fix.
pub const LABEL: &str = "Rejected-by:";

/// A patch's lines with the [`LABEL`], its explanation, and its diff.
pub fn head(text: &str) -> ((Vec<&str>, Vec<&str>), &str) {
    let start = text.lines().take_while(|line| !line.starts_with("--- ")).map(|l| l.len() + 1);
    let (head, diff) = text.split_at(start.sum::<usize>().min(text.len()));
    (head.lines().partition(|line| line.starts_with(LABEL)), diff)
}

/// The changed files of a patched exercise, each with its text; `None` if it is deleted.
pub type Patched = Vec<(String, Option<String>)>;

impl Fix {
    /// Parses the `text` of the patch at `place`, of the exercise `name`. `wrong` is whether it is one of
    /// the wrong fixes.
    pub fn parse(place: &str, text: &str, name: &str, wrong: bool) -> Result<Self, Failure> {
        let ((labels, words), diff) = head(text);
        if words.iter().all(|line| line.trim().is_empty()) {
            let wrong = "There is no explanation above the diff.";
            return Err(Failure::new(place, wrong, "Explain what it does, and with which result."));
        }
        let claim = match (labels.as_slice(), wrong) {
            ([label], true) => {
                let trial = label.trim_start_matches(LABEL).trim();
                Claim::RejectedBy(trial.to_owned())
            }
            ([], false) => Claim::Right,
            (labels, true) => {
                let wrong = format!(
                    "It has {} lines `Rejected-by:`; exactly one is required.",
                    labels.len()
                );
                let next = "Name the trial that must fail: `Rejected-by: behaviour::...`.";
                return Err(Failure::new(place, wrong, next));
            }
            (_, false) => {
                let next = "Remove the line, or move the patch to fixes/wrong.";
                return Err(Failure::new(
                    place,
                    "A right fix must not name a trial that rejects it.",
                    next,
                ));
            }
        };
        let stem = Path::new(place).file_stem().unwrap_or_default().to_string_lossy();
        let kind = if wrong { "wrong" } else { "right" };
        let package = format!("{name}-{kind}-{stem}");
        if !package.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_".contains(letter)) {
            let next = "Use only letters, digits, - and _ in its name: clear-all.patch.";
            return Err(Failure::new(place, "Its name is not valid for a package.", next));
        }
        Ok(Self { place: place.to_owned(), package, claim, diff: diff.to_owned() })
    }

    /// Refuses a wrong fix that is not rejected by a behaviour: a decoy has no leak.
    pub fn require_behaviour(self) -> Result<Self, Failure> {
        match &self.claim {
            Claim::RejectedBy(trial)
                if TrialKind::from_name(trial) != Some(TrialKind::Behaviour) =>
            {
                let wrong = format!("It is rejected by {trial}, but a decoy does not leak.");
                let next = "Name the behaviour that it breaks: `Rejected-by: behaviour::...`.";
                Err(self.failure(wrong, next))
            }
            _ => Ok(self),
        }
    }

    /// Applies the patch to the exercise's files.
    pub fn apply(&self, exercise: &Exercise) -> Result<Patched, Failure> {
        if self.diff.trim().is_empty() {
            return Err(self.failure("It changes no file.", "Add the diff below its explanation."));
        }
        let mut patched = Patched::new();
        for file in PatchSet::parse(&self.diff, ParseOptions::unidiff()) {
            let unreadable = |error: &dyn std::fmt::Display| {
                let wrong = format!("It is not a unified diff: {error}.");
                self.failure(
                    wrong,
                    "Create it again with `diff -u`, with a/ and b/ before the paths.",
                )
            };
            let file = file.map_err(|error| unreadable(&error))?;
            let patch = file.patch().as_text().ok_or_else(|| unreadable(&"it is binary"))?;
            let (from, to) = match file.operation().strip_prefix(1) {
                FileOperation::Create(to) => (None, Some(to.into_owned())),
                FileOperation::Delete(from) => (Some(from.into_owned()), None),
                FileOperation::Modify { original, modified } => {
                    (Some(original.into_owned()), Some(modified.into_owned()))
                }
                FileOperation::Rename { from, to } | FileOperation::Copy { from, to } => {
                    (Some(from.into_owned()), Some(to.into_owned()))
                }
            };
            let text = self.apply_to(exercise, from.as_deref(), patch)?;
            if from != to {
                patched.extend(from.map(|from| (from, None)));
            }
            patched.extend(to.map(|to| (to, Some(text))));
        }
        Ok(patched)
    }

    fn apply_to(
        &self,
        exercise: &Exercise,
        file: Option<&str>,
        patch: &Patch<'_, str>,
    ) -> Result<String, Failure> {
        let next = "Make the fix again in the current exercise, and record it under the same name with \
                    author record-fix.";
        let original = match file {
            None => String::new(),
            Some(file) => {
                let place = format!("{}/{file}", exercise.folder(Version::Exercise));
                exercise
                    .read(&place)
                    .map_err(|error| self.failure(format!("It does not apply: {error:#}."), next))?
            }
        };
        diffy::apply(&original, patch).map_err(|error| {
            let file = file.unwrap_or("a new file");
            // The error has the number of the hunk only in its text.
            let number = error.to_string().rsplit('#').next().and_then(|n| n.parse().ok());
            let number: usize = number.unwrap_or(1);
            let hunk = patch.hunks().get(number - 1).map(hunk_text).unwrap_or_default();
            self.failure(format!("Hunk {number} of {file} does not apply:\n{hunk}"), next)
        })
    }

    fn failure(&self, wrong: impl Into<String>, next: &str) -> Failure {
        Failure::new(&self.place, wrong, next)
    }
}

/// A hunk as in its patch.
fn hunk_text(hunk: &Hunk<'_, str>) -> String {
    let head = format!("  @@ -{} +{} @@", hunk.old_range(), hunk.new_range());
    let lines = hunk.lines().iter().map(|line| {
        let (mark, line) = match line {
            Line::Context(line) => (' ', line),
            Line::Delete(line) => ('-', line),
            Line::Insert(line) => ('+', line),
        };
        format!("  {mark}{}", line.trim_end_matches('\n'))
    });
    std::iter::once(head).chain(lines).collect::<Vec<_>>().join("\n")
}
