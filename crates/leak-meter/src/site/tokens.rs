//! Splits Rust source text into words and signs.

use std::iter::Peekable;
use std::str::CharIndices;

/// A word or a sign in source text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token<'a> {
    Word(&'a str),
    Sign(char),
}

/// Iterates over the words and signs of source text with their lines, without comments, strings and
/// lifetimes.
pub(super) struct Tokens<'a> {
    text: &'a str,
    rest: Peekable<CharIndices<'a>>,
    line: u32,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, rest: text.char_indices().peekable(), line: 1 }
    }

    fn step(&mut self) -> Option<(usize, char)> {
        let step = self.rest.next()?;
        if step.1 == '\n' {
            self.line += 1;
        }
        Some(step)
    }

    fn next_is(&mut self, wanted: impl Fn(char) -> bool) -> bool {
        self.rest.peek().is_some_and(|(_, letter)| wanted(*letter))
    }

    /// The position of the next character.
    fn place(&mut self) -> usize {
        self.rest.peek().map_or(self.text.len(), |(at, _)| *at)
    }

    fn skip_line(&mut self) {
        while self.next_is(|letter| letter != '\n') {
            self.step();
        }
    }

    /// Skips a comment after its `/*`; comments can be nested.
    fn skip_comment(&mut self) {
        let (mut depth, mut before) = (1, ' ');
        while depth > 0 {
            let Some((_, letter)) = self.step() else { return };
            let ended = match (before, letter) {
                ('*', '/') => {
                    depth -= 1;
                    true
                }
                ('/', '*') => {
                    depth += 1;
                    true
                }
                _ => false,
            };
            before = if ended { ' ' } else { letter };
        }
    }

    /// Skips a string after its first quotation mark.
    fn skip_string(&mut self) {
        while let Some((_, letter)) = self.step() {
            match letter {
                '\\' => drop(self.step()),
                '"' => return,
                _ => {}
            }
        }
    }

    /// Skips a raw string, starting at its first `#` or quotation mark; for a raw identifier, skips
    /// only the `#`.
    fn skip_raw_string(&mut self) {
        let mut marks = 0;
        while self.next_is(|letter| letter == '#') {
            self.step();
            marks += 1;
        }
        if !self.next_is(|letter| letter == '"') {
            return;
        }
        self.step();
        let mut seen = None;
        while let Some((_, letter)) = self.step() {
            seen = match (letter, seen) {
                ('"', _) => Some(0),
                ('#', Some(seen)) => Some(seen + 1),
                _ => None,
            };
            if seen == Some(marks) {
                return;
            }
        }
    }

    /// Skips a character literal after its quotation mark; for a lifetime, skips its name.
    fn skip_character(&mut self) {
        let Some((_, first)) = self.step() else { return };
        if first == '\\' {
            self.step();
            while self.step().is_some_and(|(_, letter)| letter != '\'') {}
        } else if self.next_is(|letter| letter == '\'') {
            self.step();
        }
        // Otherwise it is a lifetime, whose name is ignored like a word.
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = (Token<'a>, u32);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let (at, letter) = self.step()?;
            let line = self.line;
            match letter {
                '/' if self.next_is(|letter| letter == '/') => self.skip_line(),
                '/' if self.next_is(|letter| letter == '*') => {
                    self.step();
                    self.skip_comment();
                }
                '"' => self.skip_string(),
                '\'' => self.skip_character(),
                _ if letter.is_whitespace() => {}
                _ if is_of_word(letter) => {
                    while self.next_is(is_of_word) {
                        self.step();
                    }
                    let end = self.place();
                    let word = &self.text[at..end];
                    match word {
                        "r" | "br" | "cr" if self.next_is(|letter| "\"#".contains(letter)) => {
                            self.skip_raw_string();
                        }
                        // This is the prefix of a string; the string itself follows.
                        _ => return Some((Token::Word(word), line)),
                    }
                }
                _ => return Some((Token::Sign(letter), line)),
            }
        }
    }
}

fn is_of_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}
