//! The exercises, one line each.

use std::io::Write;

use crate::workspace::Workspace;

/// Prints the exercises of `workspace` in the order of teaching.
pub fn print(workspace: &Workspace) -> anyhow::Result<()> {
    let width = workspace.exercises.iter().map(|entry| entry.name.len()).max().unwrap_or(0);
    let mut out = anstream::stdout().lock();
    for (entry, place) in workspace.exercises.iter().zip(1..) {
        let exercise = &entry.metadata;
        writeln!(
            out,
            "{place:>2}  {:width$}  {:6}  {:>2} min  {}",
            entry.name,
            format!("{:?}", exercise.difficulty),
            exercise.minutes,
            exercise.title
        )?;
    }
    Ok(())
}
