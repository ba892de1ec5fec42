//! The difference between two profiles of one program, by line.

use std::fmt;

use serde::Serialize;

use super::NamedProfile;
use super::named::write_place;
use crate::site::{Package, with_package};
use crate::snapshot::{both, change};
use crate::units;

/// The maximum number of lines that the text shows.
const MOST_LINES: usize = 20;

/// The difference between two profiles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ProfileDifference {
    /// The change in live blocks; negative if there are fewer.
    pub blocks: i64,
    /// The change in live bytes; negative if there are fewer.
    pub bytes: i64,
    /// The lines whose live blocks or bytes changed, the largest gain first.
    pub lines: Vec<LineDifference>,
}

/// A line whose live blocks changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LineDifference {
    /// The allocating function.
    pub function: String,
    /// Its file. `None` without line tables.
    pub file: Option<String>,
    /// The line in that file. `None` without line tables.
    pub line: Option<u32>,
    /// The package of the place, if it is a dependency.
    pub package: Option<Package>,
    /// The change in live blocks.
    pub blocks: i64,
    /// The change in live bytes.
    pub bytes: i64,
    /// Live blocks in the later profile.
    pub live_blocks: u64,
    /// Live bytes in the later profile.
    pub live_bytes: u64,
}

impl NamedProfile {
    /// What changed since an earlier profile of the same program, by line.
    pub fn since(&self, earlier: &Self) -> ProfileDifference {
        let (before, mut now) = (earlier.by_line(), self.by_line());
        for (key, line) in &before {
            now.entry(key.clone()).or_insert_with(|| line.emptied());
        }
        let changed = now.into_iter().map(|(key, line)| {
            let (blocks, bytes) =
                before.get(&key).map_or((0, 0), |line| (line.live_blocks, line.live_bytes));
            LineDifference {
                blocks: change(line.live_blocks, blocks),
                bytes: change(line.live_bytes, bytes),
                function: line.function,
                file: line.file,
                line: line.line,
                package: line.package,
                live_blocks: line.live_blocks,
                live_bytes: line.live_bytes,
            }
        });
        let mut lines: Vec<LineDifference> =
            changed.filter(|line| (line.blocks, line.bytes) != (0, 0)).collect();
        lines.sort_by(|a, b| {
            let order = |line: &LineDifference| (-line.bytes, -line.blocks);
            order(a).cmp(&order(b)).then_with(|| a.function.cmp(&b.function))
        });
        ProfileDifference {
            blocks: change(self.live_blocks(), earlier.live_blocks()),
            bytes: change(self.live_bytes(), earlier.live_bytes()),
            lines,
        }
    }
}

impl fmt::Display for ProfileDifference {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{} since the earlier profile", both(self.blocks, self.bytes))?;
        for (line, number) in self.lines.iter().take(MOST_LINES).zip(1..) {
            let function = with_package(&line.function, line.package.as_ref());
            writeln!(out, "\n{number}. {}: {function}", both(line.blocks, line.bytes))?;
            write_place(out, line.file.as_deref(), line.line)?;
        }
        if self.lines.len() > MOST_LINES {
            let more = (self.lines.len() - MOST_LINES) as u64;
            writeln!(out, "\n... and {}", units::plural(more, "more line"))?;
        }
        Ok(())
    }
}
