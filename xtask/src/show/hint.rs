//! A hint, and how to get the next one.

use std::io::Write;

use super::palette::{QUIET, STRONG, paint};
use super::words::{self, wrapped};
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
    lines.extend(flowing(&hint.text).iter().flat_map(|paragraph| wrapped(paragraph, width)));
    lines
}

/// Each paragraph of `text` in one line, with empty ones between them; lists and code keep their
/// lines.
fn flowing(text: &str) -> Vec<String> {
    let mut paragraphs: Vec<String> = Vec::new();
    let mut flows = false;
    let mut in_code = false;
    for line in text.lines() {
        let fence = line.trim_start().starts_with("```");
        let own = in_code || fence || line.trim().is_empty() || line.trim_start().starts_with("- ");
        in_code ^= fence;
        match paragraphs.last_mut().filter(|_| flows && !own) {
            Some(paragraph) => {
                paragraph.push(' ');
                paragraph.push_str(line.trim());
            }
            None => paragraphs.push(line.to_owned()),
        }
        flows = !(in_code || fence || line.trim().is_empty());
    }
    paragraphs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_flow_and_lists_and_code_stay() {
        let text = "One\ntwo.\n\n- three\n  four\n- five\n\n```\na\nb\n```\nsix\n";
        assert_eq!(
            flowing(text),
            ["One two.", "", "- three four", "- five", "", "```", "a", "b", "```", "six"]
        );
    }
}
