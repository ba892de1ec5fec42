//! A task as a row of a report.

use std::io::Write;

/// The line above the rows of each part.
pub const HEADING: &[u8] = b"number,title,hours\n";

/// A task, as a row of CSV.
#[derive(Debug, Clone, Copy)]
pub struct TaskRow<'a> {
    /// The task's number.
    pub number: u64,
    /// Its title, which may contain any character.
    pub title: &'a str,
    /// The hours spent on it.
    pub hours: u32,
}

impl TaskRow<'_> {
    /// Writes the row to the end of `text`.
    pub fn write(&self, text: &mut Vec<u8>) {
        // Writing to memory cannot fail.
        let _ = write!(text, "{},\"", self.number);
        for (at, piece) in self.title.split('"').enumerate() {
            if at > 0 {
                text.extend_from_slice(b"\"\"");
            }
            text.extend_from_slice(piece.as_bytes());
        }
        let _ = writeln!(text, "\",{}", self.hours);
    }
}
