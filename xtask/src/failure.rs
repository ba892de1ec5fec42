//! The sentence about a failed trial, with what makes it readable: the check behind an assertion, and text
//! in place of the numbers of its bytes.

use std::fs;
use std::path::PathBuf;

use exercise_harness::isolated::TrialRun;
use exercise_harness::{explain, units};

use crate::workspace::Exercise;

/// What the standard library says about a failed comparison that has no message of its own.
const COMPARISONS: [&str; 2] =
    ["assertion `left == right` failed\n", "assertion `left != right` failed\n"];
/// The longest check that is shown, in lines.
const CHECK: usize = 6;
/// From this many numbers on, a list of them may be text.
const FEWEST_BYTES: usize = 4;
/// How many numbers of a longer list are shown.
const SHOWN_BYTES: usize = 16;

/// What went wrong in a trial of `exercise`; `None` if it passed.
pub fn sentence(exercise: &Exercise, run: &TrialRun) -> Option<String> {
    let sentence = explain::verdict(run, &exercise.metadata).err()?;
    let is_bare = COMPARISONS.iter().any(|bare| sentence.contains(bare));
    let check = if is_bare { check(exercise, &sentence) } else { None };
    let sentence = with_text(&sentence);
    Some(match check {
        Some(check) => {
            format!("{sentence}\nThe check is `{check}`; left is the value before the comma.")
        }
        None => sentence,
    })
}

/// The statement at the location in `message`, on one line.
fn check(exercise: &Exercise, message: &str) -> Option<String> {
    let (file, line) = message.split_whitespace().find_map(location)?;
    let text = fs::read_to_string(exercise.root.join(file)).ok()?;
    let mut statement: Vec<&str> = Vec::new();
    for line in text.lines().skip(line.checked_sub(1)?).take(CHECK).map(str::trim) {
        statement.push(line);
        if line.ends_with(';') {
            let statement = statement.join(" ");
            let statement = statement.trim_end_matches(';').replace("( ", "(").replace(", )", ")");
            return statement.starts_with("assert").then_some(statement);
        }
    }
    None
}

/// The file and the line in `src/a.rs:7:5`.
fn location(word: &str) -> Option<(PathBuf, usize)> {
    let (word, _column) = word.rsplit_once(':')?;
    let (file, line) = word.rsplit_once(':')?;
    let file = PathBuf::from(file);
    let is_source = file.extension().is_some_and(|extension| extension == "rs");
    Some((is_source.then_some(file)?, line.parse().ok()?))
}

/// `message` with text, or fewer numbers, in place of each list of the numbers of bytes.
fn with_text(message: &str) -> String {
    let mut text = String::new();
    let mut rest = message;
    while let Some((before, after)) = rest.split_once('[') {
        text.push_str(before);
        let list = after.split_once(']').and_then(|(list, rest)| Some((readable(list)?, rest)));
        if let Some((readable, after)) = list {
            text.push_str(&readable);
            rest = after;
        } else {
            text.push('[');
            rest = after;
        }
    }
    text + rest
}

/// The list of numbers `list` in a readable form; `None` if it is readable, or is no list of bytes.
fn readable(list: &str) -> Option<String> {
    let numbers = list.split(',').map(str::trim).filter(|number| !number.is_empty());
    let bytes: Vec<u8> = numbers.map(str::parse::<u8>).collect::<Result<_, _>>().ok()?;
    if bytes.len() < FEWEST_BYTES {
        return None;
    }
    let is_printed = |letter: char| !letter.is_control() || letter.is_whitespace();
    match std::str::from_utf8(&bytes) {
        Ok(text) if text.chars().all(is_printed) && text.chars().any(char::is_alphabetic) => {
            Some(format!("{text:?}"))
        }
        _ if bytes.len() > 2 * SHOWN_BYTES => {
            let shown: Vec<String> = bytes[..SHOWN_BYTES].iter().map(ToString::to_string).collect();
            let more = units::plural((bytes.len() - SHOWN_BYTES) as u64, "more byte");
            Some(format!("[{}, ... and {more}]", shown.join(", ")))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::tests::toy_cache;

    #[test]
    fn lists_of_bytes_become_text() {
        let message = "left: [104, 101, 108, 108, 111, 10] right: [1, 2, 3, 4] or [[7]] or [x";
        assert_eq!(with_text(message), "left: \"hello\\n\" right: [1, 2, 3, 4] or [[7]] or [x");
        let long = format!("{:?}", vec![200_u8; 100]);
        assert!(with_text(&long).ends_with("200, ... and 84 more bytes]"), "{}", with_text(&long));
        assert_eq!(with_text("[256, 257, 258, 259, 260]"), "[256, 257, 258, 259, 260]");
    }

    #[test]
    fn the_check_is_found_by_its_location() {
        let root = tempfile::tempdir().unwrap();
        let exercise = Exercise { root: root.path().to_owned(), ..toy_cache() };
        let source =
            "fn a() {\n    assert_eq!(\n        pages(),\n        4,\n    );\n    b(1, 2);\n}\n";
        fs::write(root.path().join("a.rs"), source).unwrap();
        let message =
            "It panicked: assertion `left == right` failed\n  left: 3\n right: 4 at a.rs:2:5";
        assert_eq!(check(&exercise, message).unwrap(), "assert_eq!(pages(), 4)");
        assert_eq!(check(&exercise, "no check at a.rs:6:5"), None);
        assert_eq!(check(&exercise, "no file at b.rs:6:5"), None);
    }
}
