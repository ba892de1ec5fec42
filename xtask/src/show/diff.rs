//! The differences of two versions: unified, or side by side if the terminal is wide enough.

use std::io::Write;

use anstyle::{AnsiColor, Style};

use super::palette::{QUIET, STRONG, paint};
use super::width::WIDEST;
use crate::difference::{Against, Comparison, DiffLine, Hunk, Piece, Sign};
use crate::text::wrapped;
use crate::workspace::{Exercise, Version};

/// From this width on, the versions are shown side by side.
const SIDE_BY_SIDE: usize = 120;
/// The width of the line number, the sign and the gaps.
const GUTTER: usize = 8;
/// The separator of the two sides.
const BETWEEN: &str = " │ ";

const OLD: Style = AnsiColor::Red.on_default();
const NEW: Style = AnsiColor::Green.on_default();
const OLD_WORD: Style = AnsiColor::Red.on_default().bold().underline();
const NEW_WORD: Style = AnsiColor::Green.on_default().bold().underline();

/// Prints `comparison` in lines of at most `width` characters; `usize::MAX` leaves them unbroken.
pub fn print(
    out: &mut impl Write,
    exercise: &Exercise,
    comparison: &Comparison,
    width: usize,
) -> anyhow::Result<()> {
    for line in lines(exercise, comparison, width) {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// `comparison` in lines of at most `width` characters.
pub fn lines(exercise: &Exercise, comparison: &Comparison, width: usize) -> Vec<String> {
    let name = &exercise.name;
    let side_by_side = (SIDE_BY_SIDE..usize::MAX).contains(&width);
    let text_width = width.min(WIDEST);
    let versions = match comparison.against {
        Against::Shipped => "from the shipped version (-) to yours (+)",
        Against::Solution => "from yours (-) to the solution (+)",
    };
    let mut lines = vec![paint(STRONG, &format!("{name}: {versions}"))];
    let mut say = |text: &str| lines.extend(wrapped(text, text_width));
    match (&comparison.edited, comparison.against) {
        (Some(edited), Against::Solution) if edited.is_empty() => say("Yours is as shipped."),
        (Some(edited), Against::Solution) => say(&format!(
            "Yours is not as shipped: {}. See: cargo xtask diff {name} --against shipped",
            edited.join(", ")
        )),
        _ => {}
    }
    if comparison.files.is_empty() {
        say(match comparison.against {
            Against::Shipped => "Yours is as shipped: there is no difference.",
            Against::Solution => "Yours is the solution: there is no difference.",
        });
    }
    for difference in &comparison.files {
        let place = format!("{}/{}", exercise.folder(Version::Exercise), difference.file);
        lines.push(String::new());
        lines.push(paint(STRONG, &place));
        for (at, hunk) in difference.hunks.iter().enumerate() {
            if at > 0 {
                lines.push(paint(QUIET, "  ..."));
            }
            let before = at.checked_sub(1).map(|before| &difference.hunks[before].reasons);
            lines.extend(reason_lines(&hunk.reasons, before, text_width));
            lines.extend(if side_by_side { beside(hunk, width) } else { unified(hunk, width) });
        }
    }
    lines
}

/// The reasons of a hunk, unless they are the same as those of the hunk before it.
fn reason_lines(reasons: &[String], before: Option<&Vec<String>>, width: usize) -> Vec<String> {
    if !reasons.is_empty() && before.is_some_and(|before| before == reasons) {
        return vec![paint(QUIET, "  Why: as above.")];
    }
    let lines = reasons.iter().flat_map(|reason| wrapped(&format!("  Why: {reason}"), width));
    lines.map(|line| paint(QUIET, &line)).collect()
}

fn unified(hunk: &Hunk, width: usize) -> Vec<String> {
    hunk.lines.iter().flat_map(|line| column(line, width)).map(|(line, _)| line).collect()
}

/// Removed lines on the left, added lines on the right, common lines on both sides.
fn beside(hunk: &Hunk, width: usize) -> Vec<String> {
    let half = (width - BETWEEN.chars().count()) / 2;
    let mut rows = Vec::new();
    let (mut left, mut right): (Vec<&DiffLine>, Vec<&DiffLine>) = (Vec::new(), Vec::new());
    let flush = |left: &mut Vec<&DiffLine>, right: &mut Vec<&DiffLine>, rows: &mut Vec<String>| {
        for at in 0..left.len().max(right.len()) {
            let side = |lines: &[&DiffLine]| lines.get(at).map(|line| column(line, half));
            let [left, right] = [side(left), side(right)].map(Option::unwrap_or_default);
            rows.extend(row(&left, &right, half));
        }
        left.clear();
        right.clear();
    };
    for line in &hunk.lines {
        match line.sign {
            Sign::Old => left.push(line),
            Sign::New => right.push(line),
            Sign::Same => {
                flush(&mut left, &mut right, &mut rows);
                let both = column(line, half);
                rows.extend(row(&both, &both, half));
            }
        }
    }
    flush(&mut left, &mut right, &mut rows);
    rows
}

/// Two columns side by side.
fn row(left: &[(String, usize)], right: &[(String, usize)], half: usize) -> Vec<String> {
    let cell = |at: usize, column: &[(String, usize)]| {
        let (text, length) = column.get(at).cloned().unwrap_or_default();
        format!("{text}{}", " ".repeat(half.saturating_sub(length)))
    };
    let rows = 0..left.len().max(right.len());
    rows.map(|at| format!("{}{BETWEEN}{}", cell(at, left), cell(at, right)).trim_end().to_owned())
        .collect()
}

/// A line with its number and sign, broken at `width`; each part with its length in characters.
fn column(line: &DiffLine, width: usize) -> Vec<(String, usize)> {
    let (sign, style, word) = match line.sign {
        Sign::Same => (' ', Style::new(), Style::new()),
        Sign::Old => ('-', OLD, OLD_WORD),
        Sign::New => ('+', NEW, NEW_WORD),
    };
    let room = width.saturating_sub(GUTTER).max(1);
    let parts = broken(&line.pieces, room);
    let part = |(at, pieces): (usize, Vec<Piece>)| {
        let number = if at == 0 { line.number.to_string() } else { String::new() };
        let length: usize = pieces.iter().map(|piece| piece.text.chars().count()).sum();
        let text: String = pieces
            .iter()
            .map(|piece| paint(if piece.changed { word } else { style }, &piece.text))
            .collect();
        let gutter = format!("{number:>5} {} ", paint(style, &sign.to_string()));
        (format!("{gutter}{text}"), GUTTER + length)
    };
    parts.into_iter().enumerate().map(part).collect()
}

/// Splits a line into parts of at most `room` characters.
fn broken(pieces: &[Piece], room: usize) -> Vec<Vec<Piece>> {
    let mut parts = vec![Vec::new()];
    let mut left = room;
    for piece in pieces {
        let mut rest = piece.text.as_str();
        while !rest.is_empty() {
            if left == 0 {
                parts.push(Vec::new());
                left = room;
            }
            let end = rest.char_indices().nth(left).map_or(rest.len(), |(at, _)| at);
            let (text, after) = rest.split_at(end);
            left -= text.chars().count();
            if let Some(part) = parts.last_mut() {
                part.push(Piece { text: text.to_owned(), changed: piece.changed });
            }
            rest = after;
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(text: &str, changed: bool) -> Piece {
        Piece { text: text.to_owned(), changed }
    }

    #[test]
    fn a_long_line_is_broken_without_loss() {
        let pieces = [piece("abcdef", false), piece("ghi", true)];
        let parts = broken(&pieces, 4);
        let texts: Vec<String> = parts
            .iter()
            .map(|part| part.iter().map(|piece| piece.text.as_str()).collect())
            .collect();
        assert_eq!(texts, ["abcd", "efgh", "i"]);
        assert_eq!(broken(&[], 4).len(), 1);
    }

    #[test]
    fn both_sides_have_the_same_width() {
        let line =
            |sign, text: &str| DiffLine { sign, number: 7, pieces: vec![piece(text, false)] };
        let hunk = Hunk {
            lines: vec![line(Sign::Same, "a"), line(Sign::Old, "b"), line(Sign::New, "c")],
            reasons: Vec::new(),
        };
        let rows: Vec<String> = beside(&hunk, 43)
            .iter()
            .map(|row| anstream::adapter::strip_str(row).to_string())
            .collect();
        assert_eq!(rows[0], "    7   a            │     7   a");
        assert_eq!(rows[1], "    7 - b            │     7 + c");
    }
}
