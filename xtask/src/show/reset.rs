//! The outcome of a reset, and where the learner's version is.

use std::io::Write;
use std::path::Path;

use super::palette::{GOOD, paint};
use crate::reset::ResetOutcome;
use crate::workspace::{Exercise, Version};

/// Prints the outcome of a reset of `exercise`.
pub fn print(
    out: &mut impl Write,
    exercise: &Exercise,
    outcome: &ResetOutcome,
) -> anyhow::Result<()> {
    for line in lines(exercise, outcome) {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

pub fn lines(exercise: &Exercise, outcome: &ResetOutcome) -> Vec<String> {
    let name = &exercise.name;
    let place = Version::Exercise.folder(name);
    let short =
        |path: &Path| path.strip_prefix(&exercise.root).unwrap_or(path).display().to_string();
    match outcome {
        ResetOutcome::WasAsShipped => vec![format!("{place} is already as it was shipped.")],
        ResetOutcome::WasGone => {
            vec![paint(GOOD, &format!("{place} was empty; it is as it was shipped."))]
        }
        ResetOutcome::AsShipped(backup) => vec![
            paint(GOOD, &format!("{place} is as it was shipped.")),
            "Your version is saved in".to_owned(),
            format!("  {}", short(&backup.folder)),
            format!("Bring it back:  cargo xtask reset {name} --undo"),
        ],
        ResetOutcome::Restored { backup, replaced } => {
            let mut lines = vec![
                paint(GOOD, &format!("{place} is your version again, from")),
                format!("  {}", short(&backup.folder)),
            ];
            if let Some(replaced) = replaced {
                lines.push("The version it replaced is saved in".to_owned());
                lines.push(format!("  {}", short(&replaced.folder)));
            }
            lines.push(format!("Next: cargo xtask test {name}"));
            lines
        }
    }
}
