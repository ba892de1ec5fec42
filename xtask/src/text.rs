//! Breaks text into lines.

/// Units, which stay on the line of the number before them.
const UNITS: [&str; 9] = ["B", "kB", "MB", "GB", "TB", "s", "min", "h", "days"];

/// Markdown `text` in lines of at most `width` characters.
pub fn paragraphs(text: &str, width: usize) -> Vec<String> {
    let broken = |line: String| match line.as_str() {
        "" => vec![line],
        _ => wrapped(&line, width),
    };
    flowing(text).into_iter().flat_map(broken).collect()
}

/// Joins the lines of each paragraph of `text`. List items, tables and code keep their lines.
pub fn flowing(text: &str) -> Vec<String> {
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

/// `text` in lines of at most `width` characters, broken between words. Continuation lines keep the
/// indentation.
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

/// The words of `text`; a number and its unit count as one word.
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
    fn paragraphs_are_joined_and_lists_and_code_are_not() {
        let text = "One\ntwo.\n\n- three\n  four\n- five\n\n```\na\nb\n```\nsix\n";
        assert_eq!(
            flowing(text),
            ["One two.", "", "- three four", "- five", "", "```", "a", "b", "```", "six"]
        );
    }
}
