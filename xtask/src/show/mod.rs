//! All that people see: everything that prints stands here.
//!
//! Results go to standard output, progress and diagnostics to standard error. Colours are left out
//! where the output is no terminal, or `NO_COLOR` is set.

pub mod author;
pub mod brief;
pub mod comparison;
mod curve;
pub mod diff;
pub mod hint;
pub mod list;
pub mod meaning;
pub mod palette;
pub mod phases;
pub mod predict;
pub mod profile;
pub mod progress;
pub mod reset;
pub mod rows;
pub mod trials;
pub mod trouble;
pub mod until_oom;
pub mod verify;
pub mod watch;
pub mod words;

use std::io::Write;

use crate::document::Document;

/// Prints `document` as JSON.
pub fn json(document: &Document) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", serde_json::to_string_pretty(document)?)?;
    Ok(())
}

/// Prints `text` as it is.
pub fn text(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(())
}
