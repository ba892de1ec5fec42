//! One fix of the catalogue: a patch with its explanation, and what it makes of the exercise.

use std::path::Path;

use diffy::patch_set::{FileOperation, ParseOptions, PatchSet};
use diffy::{Hunk, Line, Patch};
use exercise_harness::trial::TrialKind;

use crate::commands::verify::outcome::Failure;
use crate::commands::verify::pattern::Pattern;

/// What is claimed of a fix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// It is wrong, and this trial must fail.
    RejectedBy(String),
    /// It is right, and every trial must pass.
    Right,
}

/// A patch of the catalogue.
#[derive(Debug, Clone)]
pub struct Fix {
    /// Its file, from the workshop's root.
    pub place: String,
    /// The name of the package that it becomes: `x-wrong-clear-all`.
    pub package: String,
    /// What is claimed of it.
    pub claim: Claim,
    /// The diff, without its explanation.
    diff: String,
}

/// What stands before the trial that must reject a wrong fix.
pub const LABEL: &str = "Rejected-by:";

/// A patch's lines with the [`LABEL`], its other words, and its diff.
pub fn head(text: &str) -> ((Vec<&str>, Vec<&str>), &str) {
    let start = text.lines().take_while(|line| !line.starts_with("--- ")).map(|l| l.len() + 1);
    let (head, diff) = text.split_at(start.sum::<usize>().min(text.len()));
    (head.lines().partition(|line| line.starts_with(LABEL)), diff)
}

/// A file of a patched exercise, as a path from its folder, and its text; `None` if it is gone.
pub type Patched = Vec<(String, Option<String>)>;

impl Fix {
    /// Takes the file at `place` apart. `wrong` is whether it lies among the wrong fixes.
    pub fn parse(place: &str, text: &str, pattern: &str, wrong: bool) -> Result<Self, Failure> {
        let ((labels, words), diff) = head(text);
        if words.iter().all(|line| line.trim().is_empty()) {
            let wrong = "There is no explanation above its diff.";
            return Err(Failure::new(place, wrong, "Say what it does, and what comes of it."));
        }
        let claim = match (labels.as_slice(), wrong) {
            ([label], true) => {
                let trial = label.trim_start_matches(LABEL).trim();
                Claim::RejectedBy(trial.to_owned())
            }
            ([], false) => Claim::Right,
            (labels, true) => {
                let wrong = format!("It has {} lines `Rejected-by:`, not one.", labels.len());
                let next = "Name the trial that must fail: `Rejected-by: behaviour::...`.";
                return Err(Failure::new(place, wrong, next));
            }
            (_, false) => {
                let next = "Remove the line, or move the patch to fixes/wrong.";
                return Err(Failure::new(place, "A right fix is not rejected by a trial.", next));
            }
        };
        let stem = Path::new(place).file_stem().unwrap_or_default().to_string_lossy();
        let kind = if wrong { "wrong" } else { "right" };
        let package = format!("{pattern}-{kind}-{stem}");
        if !package.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_".contains(letter)) {
            let next = "Name the file with letters, digits, - and _ only: clear-all.patch.";
            return Err(Failure::new(place, "Its name cannot be a package's.", next));
        }
        Ok(Self { place: place.to_owned(), package, claim, diff: diff.to_owned() })
    }

    /// Refuses a wrong fix that no behaviour rejects: the memory of a decoy is as it should be.
    pub fn rejected_by_a_behaviour(self) -> Result<Self, Failure> {
        match &self.claim {
            Claim::RejectedBy(trial)
                if TrialKind::from_name(trial) != Some(TrialKind::Behaviour) =>
            {
                let wrong = format!("It is rejected by {trial}, and a decoy's memory is fine.");
                let next = "Name the behaviour that it breaks: `Rejected-by: behaviour::...`.";
                Err(self.failure(wrong, next))
            }
            _ => Ok(self),
        }
    }

    /// What the patch makes of the exercise's files.
    pub fn apply(&self, pattern: &Pattern) -> Result<Patched, Failure> {
        if self.diff.trim().is_empty() {
            return Err(self.failure("It changes no file.", "Add the diff below its explanation."));
        }
        let mut patched = Patched::new();
        for file in PatchSet::parse(&self.diff, ParseOptions::unidiff()) {
            let unreadable = |error: &dyn std::fmt::Display| {
                let wrong = format!("It is not a unified diff: {error}.");
                self.failure(wrong, "Make it anew with `diff -u`, with a/ and b/ before the paths.")
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
            let text = self.apply_to(pattern, from.as_deref(), patch)?;
            if from != to {
                patched.extend(from.map(|from| (from, None)));
            }
            patched.extend(to.map(|to| (to, Some(text))));
        }
        Ok(patched)
    }

    fn apply_to(
        &self,
        pattern: &Pattern,
        file: Option<&str>,
        patch: &Patch<'_, str>,
    ) -> Result<String, Failure> {
        let next = "Make the fix in the exercise as it is, and record it under the same name: \
                    verify --record.";
        let original = match file {
            None => String::new(),
            Some(file) => {
                let place = format!("{}/{file}", pattern.exercise());
                pattern
                    .read(&place)
                    .map_err(|error| self.failure(format!("It does not apply: {error:#}."), next))?
            }
        };
        diffy::apply(&original, patch).map_err(|error| {
            let file = file.unwrap_or("a new file");
            // The error tells the hunk's number only in its words.
            let number = error.to_string().rsplit('#').next().and_then(|n| n.parse().ok());
            let number: usize = number.unwrap_or(1);
            let hunk = patch.hunks().get(number - 1).map(shown).unwrap_or_default();
            self.failure(format!("Hunk {number} of {file} does not apply:\n{hunk}"), next)
        })
    }

    fn failure(&self, wrong: impl Into<String>, next: &str) -> Failure {
        Failure::new(&self.place, wrong, next)
    }
}

/// A hunk as it stands in its patch.
fn shown(hunk: &Hunk<'_, str>) -> String {
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
