//! The exercises, one line each.

use std::io::Write;

use super::palette::{BAD, GOOD, OPEN, QUIET, paint};
use crate::last_result::ExerciseState;
use crate::status::{Stage, Status, Tally};
use crate::workspace::Exercise;

/// Prints `exercises` in teaching order, each with its status, and how many are done and judged.
pub fn print(
    out: &mut impl Write,
    exercises: &[(Exercise, Status)],
    tally: Tally,
) -> anyhow::Result<()> {
    for line in lines(exercises) {
        writeln!(out, "{line}")?;
    }
    writeln!(out, "\n{tally}")?;
    Ok(())
}

/// One line per exercise, which fits a terminal of 60 columns.
pub fn lines(exercises: &[(Exercise, Status)]) -> Vec<String> {
    let width = exercises.iter().map(|(exercise, _)| exercise.name.len()).max().unwrap_or(0);
    let line = |(number, (exercise, status)): (usize, &(Exercise, Status))| {
        format!(
            "{number:>2} {:width$} {:6} {:>2} min  {:10}  {}",
            exercise.name,
            format!("{:?}", exercise.metadata.difficulty),
            exercise.metadata.minutes,
            edited(*status),
            state(*status)
        )
    };
    (1..).zip(exercises).map(line).collect()
}

/// Whether the exercise is edited, in a word or two.
pub fn edited(status: Status) -> &'static str {
    match status.edited {
        Some(true) => "edited",
        Some(false) => "as shipped",
        None => "no lock",
    }
}

/// The state, in its colour.
pub fn state(status: Status) -> String {
    let style = match status.stage {
        Stage::Judged | Stage::Ran(ExerciseState::Fixed) => GOOD,
        Stage::Ran(ExerciseState::Open) => OPEN,
        Stage::Misjudged | Stage::Ran(_) => BAD,
        Stage::Unjudged | Stage::NotRun => QUIET,
    };
    paint(style, &status.stage.to_string())
}
