//! Compares two versions of an exercise.
//!
//! - here: files, hunks, lines and the changed words in them.
//! - `comparison`: the learner's version compared with another one.
//! - `imports`: which changes are imports, and the order that shows them last.
//! - `reasons`: which point of the solution's README explains which hunk.

mod comparison;
pub mod imports;
mod reasons;

use std::borrow::Cow;
use std::path::Path;

use similar::{ChangeTag, TextDiff};

pub use exercise_harness::plan::Sign;

pub use comparison::{Against, Comparison, compare, reveals_solution, to_solution};
pub use imports::is_import;

use crate::files::{self, Files};
use crate::workspace::Exercise;

/// The number of context lines around a change.
const CONTEXT: usize = 2;

/// A file in which two versions differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileDifference {
    /// The path, relative to the version's folder.
    pub file: String,
    /// The changed places, in order.
    pub hunks: Vec<Hunk>,
}

/// A changed place in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hunk {
    /// Its lines, with context.
    pub lines: Vec<DiffLine>,
    /// Points of the solution's README that explain the change.
    pub reasons: Vec<String>,
}

/// One line of a hunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiffLine {
    /// Which version has the line.
    pub sign: Sign,
    /// Its number, from 1; if both versions have the line, its number in the new one.
    pub number: usize,
    /// Its text, split where the changed words begin and end.
    pub pieces: Vec<Piece>,
}

/// A part of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    pub text: String,
    /// Whether it is a changed word of a line that is otherwise the same.
    pub changed: bool,
}

impl DiffLine {
    /// The whole text.
    pub fn text(&self) -> String {
        self.pieces.iter().map(|piece| piece.text.as_str()).collect()
    }
}

/// The changes of the fix. `shipped` and `solution` return a file of their version, empty without one. Only the
/// files that the fix may change are compared.
pub fn fix(
    exercise: &Exercise,
    shipped: impl Fn(&Path) -> Vec<u8>,
    solution: impl Fn(&Path) -> Vec<u8>,
) -> Vec<FileDifference> {
    let files = |read: &dyn Fn(&Path) -> Vec<u8>| -> Files {
        let fixed = exercise.metadata.fixed_files().iter();
        fixed.map(|file| (file.display().to_string(), read(file))).collect()
    };
    between(&files(&shipped), &files(&solution))
}

/// The files in which `old` and `new` differ, sorted. If only one of them has a file, all of its lines
/// differ.
pub fn between(old: &Files, new: &Files) -> Vec<FileDifference> {
    let mut names: Vec<&String> = old.keys().chain(new.keys()).collect();
    names.sort();
    names.dedup();
    let text = |all: &Files, name: &String| -> String {
        all.get(name)
            .map(|bytes| String::from_utf8_lossy(&files::with_unix_line_ends(bytes)).into_owned())
            .unwrap_or_default()
    };
    let difference = |name: &String| FileDifference {
        file: name.clone(),
        hunks: hunks(&text(old, name), &text(new, name)),
    };
    names.into_iter().map(difference).filter(|difference| !difference.hunks.is_empty()).collect()
}

fn hunks(old: &str, new: &str) -> Vec<Hunk> {
    let diff = TextDiff::from_lines(old, new);
    let groups = diff.grouped_ops(CONTEXT);
    let hunk = |group: Vec<similar::DiffOp>| {
        let changes = group.iter().flat_map(|op| diff.iter_inline_changes(op));
        let lines = changes.map(|change| DiffLine {
            sign: match change.tag() {
                ChangeTag::Equal => Sign::Same,
                ChangeTag::Delete => Sign::Old,
                ChangeTag::Insert => Sign::New,
            },
            number: change.new_index().or(change.old_index()).map_or(0, |index| index + 1),
            pieces: pieces(change.iter_strings_lossy()),
        });
        Hunk { lines: lines.collect(), reasons: Vec::new() }
    };
    groups.into_iter().map(hunk).collect()
}

fn pieces<'a>(parts: impl Iterator<Item = (bool, Cow<'a, str>)>) -> Vec<Piece> {
    let piece = |(changed, text): (bool, Cow<'_, str>)| Piece {
        text: text.trim_end_matches(['\n', '\r']).to_owned(),
        changed,
    };
    parts.map(piece).filter(|piece| !piece.text.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(files: &[(&str, &str)]) -> Files {
        files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect()
    }

    #[test]
    fn only_files_that_differ_are_compared_line_by_line() {
        let old = files(&[("a", "1\n2\n3\n4\n"), ("b", "same\n")]);
        let new = files(&[("a", "1\n2\nthree\n4\n"), ("b", "same\n"), ("c", "new\n")]);
        let found = between(&old, &new);
        let names: Vec<&str> = found.iter().map(|difference| difference.file.as_str()).collect();
        assert_eq!(names, ["a", "c"]);
        let lines: Vec<(Sign, usize, String)> = found[0].hunks[0]
            .lines
            .iter()
            .map(|line| (line.sign, line.number, line.text()))
            .collect();
        let expected = [
            (Sign::Same, 1, "1"),
            (Sign::Same, 2, "2"),
            (Sign::Old, 3, "3"),
            (Sign::New, 3, "three"),
            (Sign::Same, 4, "4"),
        ];
        assert_eq!(lines, expected.map(|(sign, number, text)| (sign, number, text.to_owned())));
    }

    #[test]
    fn the_changed_word_of_a_line_is_marked() {
        let old = files(&[("a", "let cache = HashMap::with_capacity(max);\n")]);
        let new = files(&[("a", "let cache = LruCache::with_capacity(max);\n")]);
        let lines = &between(&old, &new)[0].hunks[0].lines;
        let changed = |line: &DiffLine| -> String {
            line.pieces.iter().filter(|p| p.changed).map(|p| p.text.as_str()).collect()
        };
        assert_eq!(lines.iter().map(changed).collect::<Vec<_>>(), ["HashMap", "LruCache"]);
    }
}
