//! A hint, and how to get the next one.

use std::io::Write;

use super::palette::{QUIET, STRONG, paint};
use super::words::{self, paragraphs, wrapped};
use crate::commands::hint::Hint;
use crate::workspace::Entry;

/// Prints `hint` of `entry`.
pub fn print(entry: &Entry, hint: &Hint) -> anyhow::Result<()> {
    let mut out = anstream::stdout().lock();
    for line in lines(entry, hint, words::width()) {
        writeln!(out, "{line}")?;
    }
    let next = match hint {
        Hint { again: true, .. } => format!(
            "There are no more hints. From the first one on again: cargo xtask hint {} --start-over",
            entry.name
        ),
        Hint { level, of, .. } if level == of => {
            "That was the last one. See what you have changed, or ask somebody.".to_owned()
        }
        _ => format!("One more: cargo xtask hint {}", entry.name),
    };
    writeln!(out)?;
    for line in wrapped(&next, words::width()) {
        writeln!(out, "{}", paint(QUIET, &line))?;
    }
    Ok(())
}

/// The hint under its heading, in lines of at most `width` characters.
pub fn lines(entry: &Entry, hint: &Hint, width: usize) -> Vec<String> {
    let heading = format!("{}: hint {} of {}", entry.name, hint.level, hint.of);
    let mut lines = vec![paint(STRONG, &heading), String::new()];
    lines.extend(paragraphs(&hint.text, width));
    lines
}
