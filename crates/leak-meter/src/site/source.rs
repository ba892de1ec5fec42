//! The function that a line of source stands in, where nothing but the line is told.

use std::fs;
use std::path::Path;

/// The name of the function around `line` (from 1) of `file`; `None` where the file is not at hand
/// or no function is found.
pub(super) fn function_around(file: &Path, line: u32) -> Option<String> {
    function_in(&fs::read_to_string(file).ok()?, line)
}

/// As [`function_around`], in the text of the file. It goes by the indentation: a function begins
/// further left than what stands in it.
fn function_in(text: &str, line: u32) -> Option<String> {
    let lines: Vec<&str> = text.lines().collect();
    let (last, before) = lines.get(..line as usize)?.split_last()?;
    if let Some(name) = declared(last) {
        return Some(name);
    }
    let indentation = |line: &str| line.len() - line.trim_start().len();
    let mut least = indentation(last);
    // A declaration over several lines ends as far left as it begins.
    let mut in_declaration = false;
    for line in before.iter().rev().filter(|line| !line.trim().is_empty()) {
        let own = indentation(line);
        if own < least || in_declaration && own == least {
            if let Some(name) = declared(line) {
                return Some(name);
            }
            in_declaration = [")", "{", "where"].iter().any(|end| line.trim().starts_with(end));
        }
        least = least.min(own);
    }
    None
}

/// The name of the function whose declaration begins in this line.
fn declared(line: &str) -> Option<String> {
    let (before, rest) = line.trim().split_once("fn ")?;
    let is_qualifier = |word: &str| {
        word.starts_with("pub") || word.ends_with(')') || word.starts_with('"') || {
            ["in", "default", "const", "async", "unsafe", "extern"].contains(&word)
        }
    };
    let is_declaration = before.split_whitespace().all(is_qualifier);
    let end = rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_')?;
    (is_declaration && end > 0).then(|| rest[..end].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
use std::mem;

fn first() {}

impl Session {
    pub(crate) async fn open(
        name: &str,
        users: Vec<u64>,
    ) -> Self {
        fn inner() {
            mem::drop(());
        }

        let all = async {
            Box::new(1)
        };
        Self { all }
    }

    async fn next(&self) -> Option<u64>
    where
        Self: Sized,
    {
        self.all.await
    }
}
const LAST: u64 = 1;
";

    fn around(part: &str) -> Option<String> {
        let at = TEXT.lines().position(|line| line.contains(part)).unwrap();
        function_in(TEXT, u32::try_from(at).unwrap() + 1)
    }

    #[test]
    fn a_line_is_in_the_function_around_it() {
        let open = Some("open".to_owned());
        assert_eq!(around("mem::drop"), Some("inner".to_owned()));
        assert_eq!(around("let all"), open);
        assert_eq!(around("Box::new"), open, "in a block of its own, past a function in between");
        assert_eq!(around("Self { all }"), open);
        assert_eq!(around("self.all.await"), Some("next".to_owned()));
        assert_eq!(around("fn first"), Some("first".to_owned()), "all in one line");
    }

    #[test]
    fn what_stands_in_no_function_has_none() {
        assert_eq!(around("const LAST"), None);
        assert_eq!(around("impl Session"), None);
        assert_eq!(function_in("", 1), None);
        assert_eq!(function_in("fn short() {}", 100), None);
        assert_eq!(function_around(Path::new("there is no such file"), 1), None);
    }
}
