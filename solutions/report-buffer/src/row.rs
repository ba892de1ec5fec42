//! A task as it stands in a report.

use std::io::Write;

/// What stands above the rows of each part.
pub const HEADING: &[u8] = b"number,title,hours\n";

/// A task, as a row of CSV.
#[derive(Debug, Clone, Copy)]
pub struct TaskRow<'a> {
    /// The task's number.
    pub number: u64,
    /// Its title, in which there may be any letter.
    pub title: &'a str,
    /// The hours that were spent on it.
    pub hours: u32,
}

impl TaskRow<'_> {
    /// Writes the row to the end of `text`.
    pub fn write(&self, text: &mut Vec<u8>) {
        // Nothing that is written to memory fails.
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
