//! Finds the functions of a source file with their types, because line tables do not contain the type of an
//! inlined function.

use std::collections::HashMap;
use std::fs;
use std::iter::Peekable;

use super::tokens::{Token, Tokens};

/// The functions of source files. Each file is read once.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    files: HashMap<String, Vec<Function>>,
}

/// A function in a source file.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Function {
    name: String,
    /// The type or trait, if it is a method.
    of: Option<String>,
    /// Its first and last line, counted from 1.
    lines: (u32, u32),
}

impl Sources {
    /// The function named `name` that contains `line` (from 1) of `file`, with its type: `PageCache::get` for
    /// `get`. A closure has no name; then any function that contains the line is returned. `None` if the file
    /// is not available or has no such function.
    pub(super) fn function_around(
        &mut self,
        file: &str,
        line: u32,
        name: Option<&str>,
    ) -> Option<String> {
        if !self.files.contains_key(file) {
            let text = fs::read_to_string(file).unwrap_or_default();
            self.files.insert(file.to_owned(), functions(&text));
        }
        function_at(&self.files[file], line, name)
    }
}

/// The innermost function that contains a line.
fn function_at(functions: &[Function], line: u32, name: Option<&str>) -> Option<String> {
    let function = functions
        .iter()
        .filter(|function| (function.lines.0..=function.lines.1).contains(&line))
        .filter(|function| name.is_none_or(|name| function.name == name))
        .min_by_key(|function| function.lines.1 - function.lines.0)?;
    Some(match &function.of {
        Some(of) => format!("{of}::{}", function.name),
        None => function.name.clone(),
    })
}

/// The code inside a pair of braces.
#[derive(Debug)]
enum Scope {
    Function {
        name: String,
        from: u32,
    },
    /// An `impl` block or a trait; the type of its methods.
    Type(Option<String>),
    Other,
}

/// The code in front of a pair of braces.
#[derive(Debug, Default)]
struct Header {
    /// The scope that the next braces open, unless they are in parentheses.
    begun: Option<Scope>,
    /// The number of open parentheses and brackets.
    enclosing: usize,
}

impl Header {
    fn new(scope: Scope) -> Self {
        Self { begun: Some(scope), enclosing: 0 }
    }
}

/// The functions in a source file. Only braces and a few keywords are parsed, so that a file that does not
/// compile, or uses a later edition, still yields most of its functions.
fn functions(text: &str) -> Vec<Function> {
    let mut functions = Vec::new();
    // Each open scope, with the header that was being read around it.
    let mut scopes: Vec<(Scope, Header)> = Vec::new();
    let mut header = Header::default();
    let mut before = Token::Sign(';');
    let mut tokens = Tokens::new(text).peekable();
    while let Some((token, line)) = tokens.next() {
        match &token {
            Token::Word("fn") => {
                if let Some((Token::Word(name), _)) = tokens.peek() {
                    let name = (*name).to_owned();
                    header = Header::new(Scope::Function { name, from: line });
                }
            }
            // Elsewhere, `impl` is part of a type.
            Token::Word("impl") if header.begun.is_none() && begins_item(&before) => {
                header = Header::new(Scope::Type(implemented(&mut tokens)));
            }
            Token::Word("trait") if header.begun.is_none() => {
                if let Some((Token::Word(name), _)) = tokens.peek() {
                    header = Header::new(Scope::Type(Some((*name).to_owned())));
                }
            }
            Token::Sign('(' | '[') => header.enclosing += 1,
            Token::Sign(')' | ']') => header.enclosing = header.enclosing.saturating_sub(1),
            // A function without a body.
            Token::Sign(';') if header.enclosing == 0 => header.begun = None,
            Token::Sign('{') => {
                let scope = if header.enclosing == 0 { header.begun.take() } else { None };
                scopes.push((scope.unwrap_or(Scope::Other), std::mem::take(&mut header)));
            }
            Token::Sign('}') => {
                let Some((ended, around)) = scopes.pop() else { continue };
                header = around;
                if let Scope::Function { name, from } = ended {
                    let of = match scopes.last() {
                        Some((Scope::Type(of), _)) => of.clone(),
                        _ => None,
                    };
                    functions.push(Function { name, of, lines: (from, line) });
                }
            }
            _ => {}
        }
        before = token;
    }
    functions
}

/// Whether an item, rather than part of a type, can begin after this token.
fn begins_item(before: &Token<'_>) -> bool {
    matches!(
        before,
        Token::Sign(';' | '{' | '}' | ']') | Token::Word("unsafe" | "default" | "const")
    )
}

/// The name of the type that an `impl` block is for; reading begins after `impl`. `None` if the type has no
/// name, such as a slice.
fn implemented(tokens: &mut Peekable<Tokens<'_>>) -> Option<String> {
    let mut name = None;
    let mut depth = 0_i32;
    let mut before = Token::Sign(' ');
    while let Some((token, _)) = tokens.peek().cloned() {
        match token {
            Token::Sign('{' | ';') => break,
            Token::Word("where") if depth == 0 => {
                // The bounds that follow name other types.
                while tokens.peek().is_some_and(|(token, _)| *token != Token::Sign('{')) {
                    tokens.next();
                }
                break;
            }
            Token::Sign('<' | '(' | '[') => depth += 1,
            // This is part of an arrow, not a bracket.
            Token::Sign('>') if before == Token::Sign('-') => {}
            Token::Sign('>' | ')' | ']') => depth -= 1,
            // The name so far was the trait. (The `for` of `for<'a>` is part of a type.)
            Token::Word("for") if depth == 0 => name = None,
            Token::Word("dyn" | "mut" | "const" | "unsafe" | "as") => {}
            Token::Word(word) if depth == 0 => name = Some(word.to_owned()),
            _ => {}
        }
        before = token;
        tokens.next();
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r##"
use std::mem;

fn first() {}

// fn commented() { }
/* impl Wrong { /* fn nested() {} */ */
const TEXT: &str = r#"impl Wrong { " fn quoted() {"#;
const BRACE: (char, char, u8) = ('{', '\'', b'}');

impl<'a, T: Into<Vec<u8>>> Session<'a, T>
where
    T: Other,
{
    pub(crate) async fn open(
        name: &str,
        users: [u8; { 1 + 1 }],
        done: impl Fn(u8) -> Vec<u8>,
    ) -> impl Iterator<Item = u8> {
        fn inner() {
            mem::drop(());
        }

        let all = async {
            Box::new(1)
        };
        let text = "a \" brace {";
        Self { all }
    }

    fn next(&self) -> Option<u64> { self.all.await }
}

impl<T> std::fmt::Display for crate::till::Till<T> where for<'a> &'a T: Clone {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_str("}")
    }
}

impl Clone for [Till<u8>; 4] {
    fn clone(&self) -> Self { loop {} }
}

pub unsafe trait Bank: Sized {
    const LIMIT: [u8; 4];
    fn open(&self);
    fn close(&self) {
        self.open();
    }
}

mod tests {
    fn last(f: fn(u8) -> u8) -> u64 {
        1
    }
}

macro_rules! shop { ($name:ident) => { fn $name() {} }; }

fn r#loop() { r#match() }

fn after() {}
"##;

    fn around(part: &str, name: Option<&str>) -> Option<String> {
        let at = TEXT.lines().position(|line| line.contains(part)).expect("it is in the text");
        function_at(&functions(TEXT), u32::try_from(at).unwrap() + 1, name)
    }

    #[test]
    fn a_method_keeps_its_type() {
        for (part, name) in [
            ("let all", "Session::open"),
            ("pub(crate) async fn open", "Session::open"),
            ("Box::new", "Session::open"),
            ("Self { all }", "Session::open"),
            ("self.all.await", "Session::next"),
            ("out.write_str", "Till::fmt"),
            ("self.open();", "Bank::close"),
            ("mem::drop", "inner"),
            ("fn first", "first"),
            ("fn clone", "clone"),
            ("        1", "last"),
            ("fn after", "after"),
        ] {
            assert_eq!(around(part, None).as_deref(), Some(name), "{part}");
        }
    }

    #[test]
    fn a_known_name_must_match_that_of_the_function() {
        assert_eq!(around("mem::drop", Some("inner")).as_deref(), Some("inner"));
        assert_eq!(around("mem::drop", Some("open")).as_deref(), Some("Session::open"));
        assert_eq!(around("mem::drop", Some("close")), None);
    }

    #[test]
    fn a_line_outside_functions_has_no_function() {
        for part in
            ["const BRACE", "impl<'a, T", "const TEXT", "fn open(&self);", "// fn commented"]
        {
            assert_eq!(around(part, None), None, "{part}");
        }
        assert_eq!(function_at(&functions(""), 1, None), None);
        assert_eq!(function_at(&functions("fn short() {}"), 100, None), None);
        assert_eq!(function_at(&functions("fn open( { \" 'a "), 1, None), None);
        assert_eq!(Sources::default().function_around("there is no such file", 1, None), None);
    }
}
