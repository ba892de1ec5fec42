//! Figures and lines that more than one view needs.

use exercise_harness::units;
use leak_meter::Resource;

/// How wide a line of text is at most: as a projector's terminal.
pub const WIDEST: usize = 80;
/// How narrow the terminal may be; on a narrower one lines are broken by it.
const NARROWEST: usize = 60;

/// What stays on the line of the number before it.
const UNITS: [&str; 9] = ["B", "kB", "MB", "GB", "TB", "s", "min", "h", "days"];

/// How wide a line of text is: as the terminal, within bounds. Where the output is no terminal, the
/// widest.
pub fn width() -> usize {
    terminal_width().min(WIDEST)
}

/// How wide the terminal is that the results go to.
pub fn terminal_width() -> usize {
    let size = terminal_size::terminal_size_of(std::io::stdout());
    size.map_or(WIDEST, |(width, _)| usize::from(width.0).max(NARROWEST))
}

/// An amount per operation, without the resource's name.
pub fn amount(resource: Resource, value: f64) -> String {
    if resource.is_bytes() { units::bytes(value) } else { units::number(value) }
}

/// `text`, as a README has it, in lines of at most `width` characters.
pub fn paragraphs(text: &str, width: usize) -> Vec<String> {
    let broken = |line: String| match line.as_str() {
        "" => vec![line],
        _ => wrapped(&line, width),
    };
    flowing(text).into_iter().flat_map(broken).collect()
}

/// Each paragraph of `text` in one line, with empty ones between them; the points of lists,
/// tables and code keep their lines.
fn flowing(text: &str) -> Vec<String> {
    let mut paragraphs: Vec<String> = Vec::new();
    let mut flows = false;
    let mut in_code = false;
    for line in text.lines() {
        let fence = line.trim_start().starts_with("```");
        let begins =
            ["- ", "| ", "|-", "**"].iter().any(|sign| line.trim_start().starts_with(sign));
        let own = in_code || fence || line.trim().is_empty() || begins;
        in_code ^= fence;
        match paragraphs.last_mut().filter(|_| flows && !own) {
            Some(paragraph) => {
                paragraph.push(' ');
                paragraph.push_str(line.trim());
            }
            None => paragraphs.push(line.to_owned()),
        }
        flows = !(in_code || fence || line.trim().is_empty());
    }
    paragraphs
}

/// `text` in lines of at most `width` characters, broken between words. Each line keeps the
/// indentation of the one that it was broken from.
pub fn wrapped(text: &str, width: usize) -> Vec<String> {
    text.lines().flat_map(|line| wrap(line, width)).collect()
}

fn wrap(text: &str, width: usize) -> Vec<String> {
    if text.chars().count() <= width {
        return vec![text.to_owned()];
    }
    let indentation = &text[..text.len() - text.trim_start().len()];
    let mut lines = Vec::new();
    let mut line = indentation.to_owned();
    for word in words(text) {
        if line != indentation && line.chars().count() + 1 + word.chars().count() > width {
            lines.push(std::mem::replace(&mut line, indentation.to_owned()));
        }
        if line != indentation {
            line.push(' ');
        }
        line.push_str(&word);
    }
    lines.push(line);
    lines
}

/// The words of `text`; a number and its unit are one.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let unit = word.trim_end_matches(|letter: char| !letter.is_alphanumeric());
        match words.last_mut().filter(|before| before.ends_with(|last: char| last.is_ascii_digit()))
        {
            Some(number) if UNITS.contains(&unit) => {
                number.push(' ');
                number.push_str(word);
            }
            _ => words.push(word.to_owned()),
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_broken_and_keep_their_indentation() {
        assert_eq!(wrapped("a line\n  one two three", 9), ["a line", "  one two", "  three"]);
        assert_eq!(wrapped("it is 12 MB, or so", 8), ["it is", "12 MB,", "or so"]);
        assert_eq!(wrapped("aword-that-is-too-long x", 9), ["aword-that-is-too-long", "x"]);
    }

    #[test]
    fn paragraphs_flow_and_lists_and_code_stay() {
        let text = "One\ntwo.\n\n- three\n  four\n- five\n\n```\na\nb\n```\nsix\n";
        assert_eq!(
            flowing(text),
            ["One two.", "", "- three four", "- five", "", "```", "a", "b", "```", "six"]
        );
    }
}
