//! A hint, and how to get the next one.

use std::io::Write;

use super::palette::{QUIET, STRONG, paint};
use super::width;
use crate::hints::Hint;
use crate::text::{paragraphs, wrapped};
use crate::workspace::Exercise;

pub fn print(out: &mut impl Write, exercise: &Exercise, hint: &Hint) -> anyhow::Result<()> {
    for line in lines(exercise, hint, width::text()) {
        writeln!(out, "{line}")?;
    }
    let next = match hint {
        Hint { is_repeated: true, .. } => format!(
            "There are no more hints. To begin again: cargo xtask hint {} --start-over",
            exercise.name
        ),
        Hint { level, count, .. } if level == count => {
            "That was the last one. Review your changes, or ask somebody.".to_owned()
        }
        Hint { is_counted: false, level, .. } => format!(
            "The hints that were shown cannot be recorded here. Next hint: cargo xtask hint {} --level {}",
            exercise.name,
            level + 1
        ),
        _ => format!("Next hint: cargo xtask hint {}", exercise.name),
    };
    writeln!(out)?;
    for line in wrapped(&next, width::text()) {
        writeln!(out, "{}", paint(QUIET, &line))?;
    }
    Ok(())
}

/// The hint with its heading, in lines of at most `width` characters.
pub fn lines(exercise: &Exercise, hint: &Hint, width: usize) -> Vec<String> {
    let heading = format!("{}: hint {} of {}", exercise.name, hint.level, hint.count);
    let mut lines = vec![paint(STRONG, &heading), String::new()];
    lines.extend(paragraphs(&hint.text, width));
    lines
}
