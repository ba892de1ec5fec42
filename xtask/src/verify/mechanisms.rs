//! Phrases that name the mechanism of a leak, in the words of any pattern, and what a text has in common
//! with the explanation of a solution.

use std::collections::HashSet;

/// How each phrase is written: words that follow one another. `a|b` is one of several, `a~` any word with
/// this beginning, `*` any word; a word with `?` may be missing; `#` is a number.
const PHRASES: [&str; 25] = [
    "# leak~|bug~|mistakes|causes",
    "leak~",
    "outlive~",
    "stay~|remain~|kept|keep~|hold~|live~ registered|alive|forever",
    "live~ as long as the? program|process|server",
    "go|goes on after",
    "never *? removed|freed|dropped|closed|end~|empties|emptied|released|drain~|cleared",
    "neither *? *? dropped|freed|ends|closed|removed",
    "nobody *? removes|frees|drops|closes|ends|empties|clears|unregisters",
    "own~|hold~|keep~|refer~|wait~ for|to? each|one other|another",
    "own~|hold~|keep~|wait~ for? the other",
    "own~|hold~|keep~ itself",
    "its|their own owner~",
    "last owner",
    "no owner",
    "owner~ is|are dropped",
    "keep~ *? *? alive",
    "no|without a|an|any? bound|bounds|limit|limits",
    "unbounded",
    "captur~ more|all|far|whole",
    "keep~|hold~ all|whole of",
    "more than it|they use~|need~",
    "on every path",
    "early return~",
    "whose *? * is|are|has|have gone|ended|closed",
];
/// The words for numbers.
const NUMBERS: [&str; 8] = ["two", "three", "four", "five", "six", "seven", "eight", "several"];
/// How many words in a row two texts must share to say the same.
const SHARED: usize = 4;
/// How many of these must have a meaning of their own.
const WITH_MEANING: usize = 3;
/// Words without a meaning of their own.
const PLAIN: &str = "the and for not nor but than then that this with from into when where while until unless \
    each every all any both one two only just also even still more most other another same such out over under \
    off again after before between can could may might must shall should will would does did done has have had \
    how why what who whom which whose there here they them their its his her our your nothing anything \
    something everything nobody somebody never always ever long last first next new old own let get make made \
    come goes went because since through without within about against during are was were been being";

/// A word of a text, in lower case, and the number of its line. `None` ends a sentence.
pub type Words = Vec<Option<(String, usize)>>;

/// The words of numbered `lines` of prose.
pub fn words<'a>(lines: impl Iterator<Item = (usize, &'a str)>) -> Words {
    let mut words = Words::new();
    for (number, line) in lines {
        let line = line.trim();
        if line.is_empty() || line.starts_with("- ") {
            words.push(None);
        }
        for word in line.split_whitespace() {
            let parts = word.split(|letter: char| !letter.is_alphanumeric());
            let parts = parts.filter(|part| !part.is_empty());
            words.extend(parts.map(|part| Some((part.to_lowercase(), number))));
            if word.ends_with(['.', '!', '?', ':', ';']) {
                words.push(None);
            }
        }
    }
    words
}

/// The phrases in `words` that name a mechanism, each with its line.
pub fn named(words: &Words) -> Vec<(usize, String)> {
    let mut found: Vec<(usize, String)> = Vec::new();
    for sentence in sentences(words) {
        for at in 0..sentence.len() {
            let matched = PHRASES.iter().filter_map(|phrase| {
                let parts: Vec<&str> = phrase.split(' ').collect();
                matched(&parts, &sentence[at..])
            });
            found.extend(matched.max().map(|length| phrase(&sentence[at..at + length])));
        }
    }
    found
}

/// The parts of `words` that `explanation` has too and `known` has not, each with its line.
pub fn shared(words: &Words, explanation: &Words, known: &Words) -> Vec<(usize, String)> {
    let grams = |words: &Words| -> HashSet<Vec<String>> {
        let sentences = sentences(words).into_iter();
        let grams =
            sentences.flat_map(|sentence| sentence.windows(SHARED).map(texts).collect::<Vec<_>>());
        grams.collect()
    };
    let (explanation, known) = (grams(explanation), grams(known));
    let has_meaning =
        |word: &String| word.len() > 2 && !PLAIN.split_whitespace().any(|plain| plain == word);
    let mut found = Vec::new();
    for sentence in sentences(words) {
        for window in sentence.windows(SHARED) {
            let gram = texts(window);
            let meaning = gram.iter().filter(|word| has_meaning(word)).count();
            if meaning >= WITH_MEANING && explanation.contains(&gram) && !known.contains(&gram) {
                found.push(phrase(window));
            }
        }
    }
    found
}

type Word<'a> = (&'a str, usize);

/// The sentences of `words`.
fn sentences(words: &Words) -> Vec<Vec<Word<'_>>> {
    let sentences = words.split(Option::is_none);
    let sentences = sentences.map(|sentence| {
        let words = sentence.iter().flatten().map(|(word, line)| (word.as_str(), *line));
        words.collect::<Vec<_>>()
    });
    sentences.filter(|sentence| !sentence.is_empty()).collect()
}

fn texts(words: &[Word<'_>]) -> Vec<String> {
    words.iter().map(|(word, _)| (*word).to_owned()).collect()
}

fn phrase(words: &[Word<'_>]) -> (usize, String) {
    (words[0].1, texts(words).join(" "))
}

/// How many of `words`, from the first on, match `parts`; `None` if they do not.
fn matched(parts: &[&str], words: &[Word<'_>]) -> Option<usize> {
    let Some((part, rest)) = parts.split_first() else { return Some(0) };
    let (part, may_be_missing) = match part.strip_suffix('?') {
        Some(part) => (part, true),
        None => (*part, false),
    };
    let is_first = words.first().is_some_and(|(word, _)| is_one_of(part, word));
    let with = is_first.then(|| matched(rest, &words[1..])).flatten().map(|length| length + 1);
    with.or_else(|| may_be_missing.then(|| matched(rest, words)).flatten())
}

fn is_one_of(part: &str, word: &str) -> bool {
    part.split('|').any(|choice| match (choice, choice.strip_suffix('~')) {
        ("*", _) => true,
        ("#", _) => NUMBERS.contains(&word) || word.parse::<u32>().is_ok(),
        (_, Some(beginning)) => word.starts_with(beginning),
        (choice, None) => word == choice,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words_of(text: &str) -> Words {
        words((1..).zip(text.lines()))
    }

    #[test]
    fn a_mechanism_is_named_by_its_phrases() {
        for text in [
            "Two values that own\neach other.",
            "Tasks that wait for each other after a session",
            "handles that outlive their work",
            "Listeners stay registered",
            "so that neither is ever dropped",
            "A cache with no bound on its size",
            "a server with five leaks",
            "a closure that captures far more than it uses",
            "connections whose peers are gone",
            "an entry that is never removed",
        ] {
            assert!(!named(&words_of(text)).is_empty(), "{text}");
        }
    }

    #[test]
    fn other_sentences_are_no_mechanism() {
        for text in [
            "The question is which objects accumulate, and how many of them there can be.",
            "how much may be kept after many long reports",
            "how much may be left after sessions have ended",
            "what is left behind while tasks stay open",
            "what clients and administrators must receive",
            "Each busy hour leaves the server a little larger than the one before.",
            "A page waits. Each other page is shown.",
        ] {
            assert_eq!(named(&words_of(text)), [], "{text}");
        }
    }

    #[test]
    fn words_of_the_explanation_count_unless_the_learner_knows_them() {
        let explanation = words_of("The value is freed when its closure drops captured fields.");
        let text = words_of("Rust frees it.\nWhen its closure drops\ncaptured fields, it is free.");
        assert_eq!(
            shared(&text, &explanation, &words_of(""))[0],
            (2, "its closure drops captured".to_owned())
        );
        // Too few words with a meaning of their own.
        assert_eq!(shared(&words_of("the value is freed"), &explanation, &words_of("")), []);
        assert_eq!(shared(&text, &explanation, &explanation), []);
    }
}
