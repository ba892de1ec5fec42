//! A call stack as text: the program's own frames, and the number of other frames between them.

use std::fmt;

use super::frame::{Frame, Owner, without_generics};
use crate::units;

/// The maximum number of frames that are shown.
const MOST_FRAMES: usize = 12;

/// Writes `stack`, innermost first, starting at `function`. Each run of frames of other packages
/// becomes one line with their number; the data has the complete stack.
pub(crate) fn write_stack(
    out: &mut fmt::Formatter<'_>,
    stack: &[Frame],
    function: &str,
) -> fmt::Result {
    let from = stack.iter().position(|frame| frame.function == function).unwrap_or(0);
    let known = stack.iter().any(|frame| frame.line.is_some());
    let (mut shown, mut others) = (0, 0);
    for (at, frame) in stack.iter().enumerate().skip(from) {
        if shown == MOST_FRAMES {
            let more = units::plural((stack.len() - at) as u64 + others, "more frame");
            return writeln!(out, "     ... {more}");
        }
        if at > from && known && !frame.owner.is_programs() {
            others += 1;
            continue;
        }
        write_others(out, others)?;
        others = 0;
        writeln!(out, "     {}", without_generics(&frame.to_string()))?;
        shown += 1;
    }
    write_others(out, others)
}

fn write_others(out: &mut fmt::Formatter<'_>, others: u64) -> fmt::Result {
    match others {
        0 => Ok(()),
        _ => writeln!(out, "     ... {} of other packages", units::plural(others, "frame")),
    }
}

/// The frame of a dependency through which `function` allocates: the next frame further in.
pub(crate) fn through<'a>(
    stack: &'a [Frame],
    function: &str,
    line: Option<u32>,
) -> Option<&'a Frame> {
    let own = stack.iter().position(|frame| frame.function == function && frame.line == line)?;
    if !stack[own].owner.is_programs() {
        return None;
    }
    stack[..own].iter().rev().find(|frame| frame.owner == Owner::Dependency)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Shown<'a>(&'a [Frame], &'a str);

    impl fmt::Display for Shown<'_> {
        fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
            write_stack(out, self.0, self.1)
        }
    }

    fn shown(stack: &[Frame], function: &str) -> Vec<String> {
        let text = Shown(stack, function).to_string();
        text.lines().map(|line| line.trim_start().to_owned()).collect()
    }

    fn frame(function: &str, place: (&str, u32), owner: Owner) -> Frame {
        let (file, line) = place;
        Frame { file: Some(file.to_owned()), line: Some(line), ..Frame::named(function, owner) }
    }

    fn stack() -> Vec<Frame> {
        vec![
            frame("alloc::vec::Vec<u8>::push", ("/rustc/library/vec.rs", 3), Owner::Standard),
            frame("lru::Lru::attach", ("/registry/lru.rs", 9), Owner::Dependency),
            frame("<lru::Lru<u8>>::put", ("/registry/lru.rs", 7), Owner::Dependency),
            frame("shop::note", ("src/shop.rs", 7), Owner::Program),
            frame("core::iter::map<u8>", ("/rustc/library/map.rs", 4), Owner::Standard),
            frame("leak_meter::Soak::run", ("leak-meter/src/soak/mod.rs", 9), Owner::Meter),
            frame("shop::run<shop::Till, fn() -> u8>", ("src/shop.rs", 30), Owner::Program),
            frame("shop::main", ("/build/shop/src/main.rs", 2), Owner::Program),
            Frame::named("main", Owner::System),
        ]
    }

    #[test]
    fn own_frames_are_shown_from_the_culprit_on_and_others_are_counted() {
        let expected = [
            "shop::note (src/shop.rs:7)",
            "... 2 frames of other packages",
            "shop::run (src/shop.rs:30)",
            "shop::main (/build/shop/src/main.rs:2)",
            "... 1 frame of other packages",
        ];
        assert_eq!(shown(&stack(), "shop::note"), expected);
    }

    #[test]
    fn without_line_tables_every_frame_is_shown_up_to_a_limit() {
        let level = |number| Frame::named(&format!("shop::level_{number}"), Owner::Program);
        let stack: Vec<Frame> = (0..15).map(level).collect();
        let lines = shown(&stack, "shop::level_1");
        assert_eq!((lines[0].as_str(), lines.len()), ("shop::level_1", 13));
        assert_eq!(lines[12], "... 2 more frames");
    }

    #[test]
    fn the_called_dependency_is_next_to_the_culprit() {
        let stack = stack();
        let put = through(&stack, "shop::note", Some(7)).expect("it is called");
        assert_eq!(put.function, "<lru::Lru<u8>>::put");
        assert_eq!(through(&stack, "lru::Lru::attach", Some(9)), None, "which is one itself");
        assert_eq!(through(&stack[3..], "shop::note", Some(7)), None);
    }
}
