//! The words that would give an exercise's leak away, and where they stand.

/// The beginnings of the words that a learner's file must not have: in text, comments and names.
const WORDS: [&str; 7] = ["leak", "bug", "decoy", "todo", "fixme", "forgot", "oops"];
/// Words that betray only in a row.
const PHRASES: [&str; 2] = ["never removed", "never freed"];

/// The lines of `text` that have a word that betrays: each line's number, and the word. The
/// pattern's own `name`, by which the tests call its crate, is none.
pub fn lines(text: &str, name: &str) -> Vec<(usize, String)> {
    let crate_name = name.replace('-', "_");
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.replace(&crate_name, "").replace(name, "");
        let words = words(&line);
        let sentence = words.join(" ");
        let betrayed = words.iter().find(|word| WORDS.iter().any(|bad| word.starts_with(bad)));
        let phrase = PHRASES.iter().find(|phrase| sentence.contains(**phrase));
        found.extend(betrayed.cloned().map(|word| (number + 1, word)));
        found.extend(phrase.map(|phrase| (number + 1, (*phrase).to_owned())));
    }
    found
}

/// The lines of a README that say whether its exercise leaks at all, which is the learner's to judge.
pub fn lines_of_readme(text: &str) -> Vec<usize> {
    let says = |line: &str| words(line).iter().any(|word| word.starts_with("decoy"));
    text.lines().zip(1..).filter(|(line, _)| says(line)).map(|(_, number)| number).collect()
}

/// The words of a line, in lower case; `openFiles`, `OpenFiles` and `open_files` are two each.
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
    fn a_word_betrays_in_comments_and_in_names_of_any_case() {
        for line in ["// This leaks.", "fn find_bug()", "struct LeakyMap;", "// TODO: later"] {
            assert_eq!(lines(line, "x").len(), 1, "{line}");
        }
        assert_eq!(lines("// it is never\n// removed", "x"), []);
        assert_eq!(lines("a\n// Never removed.", "x"), [(2, "never removed".to_owned())]);
    }

    #[test]
    fn other_words_with_the_same_letters_and_the_crates_name_do_not() {
        for line in ["#[derive(Debug)]", "debug!(x)", "use leaked_handles_exercise as version;"] {
            assert_eq!(lines(line, "leaked-handles"), [], "{line}");
        }
    }
}
