//! A call stack as people read it: the program's own frames, and the others as their number.

use std::fmt;
use std::path::Path;

use super::names::owner;

/// Frames of a stack that are shown.
const MOST_FRAMES: usize = 12;

/// Writes `stack`, innermost first, from `function` on. Frames of other packages between the program's
/// own are a line with their number; the whole stack is in the data.
pub(crate) fn write_stack(
    out: &mut fmt::Formatter<'_>,
    stack: &[String],
    function: &str,
) -> fmt::Result {
    let from = stack.iter().position(|frame| frame.starts_with(function)).unwrap_or(0);
    let known = stack.iter().any(|frame| place_of(frame).is_some());
    let (mut shown, mut others) = (0, 0);
    for (at, frame) in stack.iter().enumerate().skip(from) {
        if shown == MOST_FRAMES {
            return writeln!(out, "     ... {} more frames", stack.len() - at + others);
        }
        if at > from && known && !is_own(frame) {
            others += 1;
            continue;
        }
        write_others(out, others)?;
        others = 0;
        writeln!(out, "     {}", without_generics(frame))?;
        shown += 1;
    }
    write_others(out, others)
}

fn write_others(out: &mut fmt::Formatter<'_>, others: usize) -> fmt::Result {
    match others {
        0 => Ok(()),
        1 => writeln!(out, "     ... 1 frame of other packages"),
        _ => writeln!(out, "     ... {others} frames of other packages"),
    }
}

/// The function and the file of `function (file:line)`.
fn place_of(frame: &str) -> Option<(&str, &Path)> {
    let (function, place) = frame.strip_suffix(')')?.rsplit_once(" (")?;
    let (file, _) = place.rsplit_once(':')?;
    Some((function, Path::new(file)))
}

fn is_own(frame: &str) -> bool {
    place_of(frame).is_some_and(|(function, file)| owner(function, Some(file)).is_programs())
}

/// `shop::find (a.rs:1)` of `shop::find<u8, {closure#0}<()>> (a.rs:1)`. A type in front that a path
/// begins with, as in `<u8 as Clone>::clone`, stays.
pub(super) fn without_generics(frame: &str) -> String {
    let mut kept = String::with_capacity(frame.len());
    let mut depth = 0;
    let mut before = ' ';
    for letter in frame.chars() {
        let opens = letter == '<' && (depth > 0 || kept.ends_with(is_of_name));
        let closes = letter == '>' && depth > 0 && before != '-';
        if opens {
            if depth == 0 && kept.ends_with("::") {
                kept.truncate(kept.len() - 2);
            }
            depth += 1;
        } else if closes {
            depth -= 1;
        } else if depth == 0 {
            kept.push(letter);
        }
        before = letter;
    }
    kept
}

fn is_of_name(letter: char) -> bool {
    letter.is_alphanumeric() || "_:}".contains(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Shown<'a>(&'a [String], &'a str);

    impl fmt::Display for Shown<'_> {
        fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
            write_stack(out, self.0, self.1)
        }
    }

    fn shown(stack: &[&str], function: &str) -> Vec<String> {
        let stack: Vec<String> = stack.iter().map(|frame| (*frame).to_owned()).collect();
        let text = Shown(&stack, function).to_string();
        text.lines().map(|line| line.trim_start().to_owned()).collect()
    }

    #[test]
    fn own_frames_are_shown_from_the_culprit_on_and_others_as_their_number() {
        let stack = [
            "alloc::vec::Vec<u8>::push (/rustc/library/vec.rs:3)",
            "shop::note (src/shop.rs:7)",
            "core::iter::map<u8> (/rustc/library/map.rs:4)",
            "leak_meter::soak::Soak::run (crates/leak-meter/src/soak/mod.rs:9)",
            "shop::run<shop::Till, fn() -> u8> (src/shop.rs:30)",
            "shop::main (/build/shop/src/main.rs:2)",
            "main",
        ];
        let expected = [
            "shop::note (src/shop.rs:7)",
            "... 2 frames of other packages",
            "shop::run (src/shop.rs:30)",
            "shop::main (/build/shop/src/main.rs:2)",
            "... 1 frame of other packages",
        ];
        assert_eq!(shown(&stack, "shop::note"), expected);
    }

    #[test]
    fn without_line_tables_every_frame_is_shown_until_they_are_too_many() {
        let names: Vec<String> = (0..15).map(|number| format!("shop::level_{number}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let lines = shown(&names, "shop::level_1");
        assert_eq!((lines[0].as_str(), lines.len()), ("shop::level_1", 13));
        assert_eq!(lines[12], "... 2 more frames");
    }

    #[test]
    fn generic_arguments_are_left_out() {
        for (whole, expected) in [
            ("find<u8, {closure#0}<(), fn() -> u8>> (a.rs:1)", "find (a.rs:1)"),
            (
                "<u8 as core::clone::Clone>::clone (a.rs:1)",
                "<u8 as core::clone::Clone>::clone (a.rs:1)",
            ),
            ("<alloc::vec::Vec<u8> as Clone>::clone", "<alloc::vec::Vec as Clone>::clone"),
            ("shop::Cache::<u8>::insert::<u8> (a.rs:1)", "shop::Cache::insert (a.rs:1)"),
            ("{closure#0}<()> (a.rs:1)", "{closure#0} (a.rs:1)"),
        ] {
            assert_eq!(without_generics(whole), expected);
        }
    }
}
