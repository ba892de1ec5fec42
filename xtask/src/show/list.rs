//! The exercises, one line each.

use std::io::Write;

use super::palette::{BAD, GOOD, OPEN, QUIET, paint};
use crate::commands::list::Status;
use crate::finding::State;
use crate::workspace::Workspace;

/// Prints the exercises of `workspace` in the order of teaching, each with its status.
pub fn print(workspace: &Workspace, all: &[Status]) -> anyhow::Result<()> {
    let mut out = anstream::stdout().lock();
    for line in lines(workspace, all) {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// One line for each exercise; they fit a terminal of 60 columns.
pub fn lines(workspace: &Workspace, all: &[Status]) -> Vec<String> {
    let width = workspace.exercises.iter().map(|entry| entry.name.len()).max().unwrap_or(0);
    let line = |((entry, status), place): ((&crate::workspace::Entry, &Status), usize)| {
        let exercise = &entry.metadata;
        format!(
            "{place:>2} {:width$} {:6} {:>2} min  {:10}  {}",
            entry.name,
            format!("{:?}", exercise.difficulty),
            exercise.minutes,
            edited(*status),
            state(*status)
        )
    };
    workspace.exercises.iter().zip(all).zip(1..).map(line).collect()
}

/// Whether it is as shipped, in a word or two.
pub fn edited(status: Status) -> &'static str {
    match status.edited {
        Some(true) => "edited",
        Some(false) => "as shipped",
        None => "no lock",
    }
}

/// What it does, in its colour.
pub fn state(status: Status) -> String {
    match status.state {
        Some(state @ State::Fixed) => paint(GOOD, &state.to_string()),
        Some(state @ (State::Leaking | State::Broken)) => paint(BAD, &state.to_string()),
        Some(state @ State::Open) => paint(OPEN, &state.to_string()),
        None => paint(QUIET, "not run"),
    }
}
