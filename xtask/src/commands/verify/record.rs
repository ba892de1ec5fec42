//! `verify X --record`: the author's edit of an exercise becomes a patch of its catalogue, and the
//! exercise is put back.

use std::collections::BTreeSet;
use std::fs;

use anyhow::Context as _;
use clap::ValueEnum;
use diffy::DiffOptions;

use super::fixes::patch::{self, Fix};
use super::pattern::Pattern;
use crate::commands::reset::{self, Done};
use crate::files::{self, Files};
use crate::kept::Kept;
use crate::shipped::Shipped;
use crate::show::words;

/// How wide the words above a diff are.
const WIDTH: usize = 90;

/// What is to be recorded.
#[derive(Debug)]
pub struct Order<'a> {
    /// Among which fixes.
    pub kind: Kind,
    /// The patch's name.
    pub name: &'a str,
    /// What the fix does and what comes of it; `None` for the words of the patch that is renewed.
    pub because: Option<&'a str>,
    /// The trial that must reject it; `None` for that of the patch that is renewed.
    pub rejected_by: Option<&'a str>,
}

/// The two catalogues of fixes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// A plausible fix that a trial must reject.
    WrongFix,
    /// Another good fix than the solution.
    RightFix,
}

/// What came of it.
#[derive(Debug)]
pub struct Recorded {
    /// The patch, from the workshop's root.
    pub place: String,
    /// The files that it changes.
    pub changed: Vec<String>,
    /// Whether there was a patch of this name.
    pub renewed: bool,
    /// Where the edit is kept.
    pub kept: Option<Kept>,
}

/// Records the edit of the exercise of `pattern`, and puts the exercise back as it was shipped.
///
/// # Errors
/// No edit, an edit that is no fix's, words that are missing, and a file that cannot be read or
/// written. The edit is still there, or kept aside.
pub fn run(pattern: &Pattern, order: &Order<'_>) -> anyhow::Result<Recorded> {
    let name = &pattern.name;
    let shipped = Shipped::of(&pattern.root, name)?.files()?;
    let edited = files::read_below(&pattern.at(&pattern.exercise()))?;
    let changed = changed(pattern, &shipped, &edited)?;
    let wrong = order.kind == Kind::WrongFix;
    let folder = if wrong { "wrong" } else { "right" };
    let place = format!("{}/fixes/{folder}/{}.patch", pattern.home(), order.name);
    let old = fs::read_to_string(pattern.at(&place)).ok();
    let head = head(order, old.as_deref())?;
    let diff: String = changed
        .iter()
        .map(|file| diff_of(file, &shipped, &edited))
        .collect::<anyhow::Result<_>>()?;
    let text = format!("{head}\n{diff}");
    let fix = Fix::parse(&place, &text, name, wrong)
        .map_err(|failure| anyhow::anyhow!("{}\n{}", failure.wrong, failure.next))?;
    files::write(&pattern.at(&place), text.as_bytes())
        .with_context(|| format!("{place} cannot be written; your edit is still there"))?;
    let kept = match reset::reset(&pattern.root, name)? {
        Done::AsShipped(kept) => Some(kept),
        Done::WasAsShipped | Done::Back { .. } => None,
    };
    let applied = fix.apply(pattern);
    let same = applied.is_ok_and(|patched| {
        patched.iter().all(|(file, text)| {
            edited.get(file).map(Vec::as_slice) == text.as_ref().map(String::as_bytes)
        })
    });
    anyhow::ensure!(
        same,
        "{place}, applied, does not give your edit again.\nBring it back, and make the patch with \
         `diff -u`: cargo xtask reset {name} --undo"
    );
    Ok(Recorded { place, changed, renewed: old.is_some(), kept })
}

/// The files that are not as shipped: all of them such as a fix may change.
fn changed(pattern: &Pattern, shipped: &Files, edited: &Files) -> anyhow::Result<Vec<String>> {
    let all: BTreeSet<&String> = shipped.keys().chain(edited.keys()).collect();
    let changed = all.into_iter().filter(|file| shipped.get(*file) != edited.get(*file));
    let changed: Vec<String> = changed.cloned().collect();
    let (exercise, name) = (pattern.exercise(), &pattern.name);
    anyhow::ensure!(
        !changed.is_empty(),
        "{exercise} is as shipped, so there is no edit to record.\nMake the fix there first. If the \
         exercise itself was to be changed, and its lock was renewed with it: cargo xtask reset \
         {name} --undo"
    );
    if let Some(other) = changed.iter().find(|file| !file.starts_with("src/")) {
        anyhow::bail!(
            "{exercise}/{other} is changed as well, and a fix changes only what is below src/.\n\
             Put that file back, or take it for what is shipped: cargo xtask verify {name} --accept"
        );
    }
    Ok(changed)
}

/// The words above the diff: those of `order`, and where it has none those of the `old` patch.
fn head(order: &Order<'_>, old: Option<&str>) -> anyhow::Result<String> {
    let (labels, words) = old.map(|old| patch::head(old).0).unwrap_or_default();
    let label = labels.first().map(|label| label.trim_start_matches(patch::LABEL).trim());
    let because = match order.because {
        Some(because) => words::wrapped(because.trim(), WIDTH).join("\n"),
        None => words.join("\n").trim().to_owned(),
    };
    anyhow::ensure!(
        !because.is_empty(),
        "What the fix does, and what comes of it, is not said.\nAdd --because \"A sentence.\""
    );
    let rejected_by = order.rejected_by.or(label);
    match (order.kind, rejected_by) {
        (Kind::RightFix, None) => Ok(format!("{because}\n")),
        (Kind::RightFix, Some(_)) => {
            anyhow::bail!("A right fix is not rejected by a trial.\nLeave --rejected-by away.")
        }
        (Kind::WrongFix, Some(trial))
            if trial.starts_with("behaviour::") || trial.starts_with("memory::") =>
        {
            Ok(format!("{because}\n\n{} {trial}\n", patch::LABEL))
        }
        (Kind::WrongFix, Some(trial)) => anyhow::bail!(
            "{trial:?} is no trial's name.\nGive it in full: --rejected-by memory::growth"
        ),
        (Kind::WrongFix, None) => anyhow::bail!(
            "Which trial must reject the fix is not said.\nAdd --rejected-by memory::growth, or \
             another trial's full name."
        ),
    }
}

/// The part of the diff that is about `file`.
fn diff_of(file: &str, shipped: &Files, edited: &Files) -> anyhow::Result<String> {
    let text = |files: &Files| {
        let bytes = files.get(file).map_or(&[][..], Vec::as_slice);
        String::from_utf8(bytes.to_vec()).with_context(|| format!("{file} is not a text"))
    };
    let side = |files: &Files, prefix: &str| match files.get(file) {
        Some(_) => format!("{prefix}/{file}"),
        None => "/dev/null".to_owned(),
    };
    let (original, modified) = (text(shipped)?, text(edited)?);
    let mut options = DiffOptions::new();
    options.set_original_filename(side(shipped, "a")).set_modified_filename(side(edited, "b"));
    Ok(options.create_patch(&original, &modified).to_string())
}
