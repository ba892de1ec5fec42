//! Renders results for people: each function takes plain data and a writer, or returns lines.
//!
//! Results go to standard output; `trouble`, questions and progress go to standard error. Without a
//! terminal, or with `NO_COLOR`, the writers of `anstream` leave out the colours.
//!
//! Absent on purpose: nothing here starts, measures or decides anything.

pub mod assistant;
pub mod author;
pub mod brief;
pub mod comparison;
mod curve;
pub mod diff;
pub mod doctor;
pub mod hint;
pub mod holder;
pub mod judgement;
pub mod list;
pub mod meaning;
pub mod palette;
pub mod phases;
pub mod predict;
pub mod profile;
pub mod reset;
pub mod room;
pub mod rows;
pub mod trials;
pub mod trouble;
pub mod until_oom;
pub mod verify;
pub mod watch;
pub mod width;
pub mod wild;
pub mod window;

use std::io::Write;

use crate::document::Document;

/// Prints `document` as JSON.
pub fn json(out: &mut impl Write, document: &Document) -> anyhow::Result<()> {
    writeln!(out, "{}", serde_json::to_string_pretty(&document.to_json()?)?)?;
    Ok(())
}
