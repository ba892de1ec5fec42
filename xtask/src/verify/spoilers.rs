//! Finds words that would reveal the leak of an exercise.

/// Words with these beginnings must not occur in an exercise: in text, comments or names.
const WORDS: [&str; 7] = ["leak", "bug", "decoy", "todo", "fixme", "forgot", "oops"];
/// Phrases that must not occur.
const PHRASES: [&str; 2] = ["never removed", "never freed"];

/// The lines of `text` with a spoiler: each line's number, and the word. The pattern's own `name` does
/// not count, because the tests need it.
pub fn lines(text: &str, name: &str) -> Vec<(usize, String)> {
    let crate_name = name.replace('-', "_");
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.replace(&crate_name, "").replace(name, "");
        let words = words(&line);
        let sentence = words.join(" ");
        let spoiler = words.iter().find(|word| WORDS.iter().any(|bad| word.starts_with(bad)));
        let phrase = PHRASES.iter().find(|phrase| sentence.contains(**phrase));
        found.extend(spoiler.cloned().map(|word| (number + 1, word)));
        found.extend(phrase.map(|phrase| (number + 1, (*phrase).to_owned())));
    }
    found
}

/// The lines of a README that reveal whether its exercise leaks at all.
pub fn lines_of_readme(text: &str) -> Vec<usize> {
    let reveals = |line: &str| words(line).iter().any(|word| word.starts_with("decoy"));
    text.lines().zip(1..).filter(|(line, _)| reveals(line)).map(|(_, number)| number).collect()
}

/// The words of a line, in lower case. `openFiles`, `OpenFiles` and `open_files` are two words each.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut after_lower = false;
    for letter in line.chars() {
        if !letter.is_alphanumeric() || (letter.is_uppercase() && after_lower) {
            words.push(String::new());
        }
        if letter.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(letter.to_lowercase());
        }
        after_lower = letter.is_lowercase();
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spoilers_are_found_in_comments_and_in_names_of_any_case() {
        for line in ["// This leaks.", "fn find_bug()", "struct LeakyMap;", "// TODO: later"] {
            assert_eq!(lines(line, "x").len(), 1, "{line}");
        }
        assert_eq!(lines("// it is never\n// removed", "x"), []);
        assert_eq!(lines("a\n// Never removed.", "x"), [(2, "never removed".to_owned())]);
    }

    #[test]
    fn other_words_with_the_same_letters_and_the_crates_name_are_no_spoilers() {
        for line in ["#[derive(Debug)]", "debug!(x)", "use leaked_handles_exercise as version;"] {
            assert_eq!(lines(line, "leaked-handles"), [], "{line}");
        }
    }
}
