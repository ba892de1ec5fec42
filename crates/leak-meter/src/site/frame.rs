//! One frame of a call stack: its function, its line, and the code that it belongs to.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::origin::{origin, relative};
use crate::symbol_name;

/// One frame of a call stack.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Frame {
    /// The function's path; for an inlined function, perhaps only its type and name. If no name is known, the
    /// file and the address, as in `program+0x1a2b`.
    pub function: String,
    /// Its file, relative to the workspace if it is inside it. `None` without line tables.
    pub file: Option<String>,
    /// The line in that file, counted from 1. `None` without line tables.
    pub line: Option<u32>,
    /// The address of the call in the program's file, for a tool such as `addr2line`. `None` for code outside
    /// that file.
    pub address: Option<u64>,
    /// The code that it belongs to.
    pub owner: Owner,
    /// The package, if it is a dependency. `None` if the path does not name it.
    pub package: Option<Package>,
}

/// The code that a frame belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Owner {
    /// The program's own packages, except their tests.
    Program,
    /// The program's own tests, benches and examples, which drive the code under test.
    Tests,
    /// A package from a registry or a git repository, or a vendored one.
    Dependency,
    /// The standard library and the test harness.
    Standard,
    /// The system's libraries and other code that is not Rust.
    System,
    /// The meter itself.
    Meter,
    /// Code without a name.
    Unknown,
}

impl Owner {
    /// Whether this is the program's own code, including tests.
    pub fn is_programs(self) -> bool {
        matches!(self, Self::Program | Self::Tests)
    }
}

/// A package that a program depends on.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Package {
    /// Its name; for a git dependency, the name of the repository.
    pub name: String,
    /// Its version; for a git dependency, the revision. `None` if the path does not contain it.
    pub version: Option<String>,
}

impl fmt::Display for Package {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.version {
            Some(version) => write!(out, "{} {version}", self.name),
            None => write!(out, "{}", self.name),
        }
    }
}

impl Frame {
    /// A frame with nothing but a function and its owner.
    pub(crate) fn named(function: &str, owner: Owner) -> Self {
        let function = function.to_owned();
        Self { function, file: None, line: None, address: None, owner, package: None }
    }

    /// A frame from debug information. Its path and function name determine its owner.
    pub(crate) fn found(function: &str, file: Option<String>, line: Option<u32>) -> Self {
        let (owner, package) = origin(function, file.as_deref());
        Self { file, line, package, ..Self::named(function, owner) }
    }

    /// The frame as shown in a report, with its path relative to the workspace.
    pub(crate) fn reported(&self) -> Self {
        let file = self.file.as_deref().map(|file| relative(file).to_owned());
        Self { file, ..self.clone() }
    }

    /// The function and, for a dependency, its package: `LruCache::put, lru 0.6.3`.
    pub(crate) fn with_package(&self) -> String {
        with_package(&short(&self.function), self.package.as_ref())
    }
}

/// A function and, for a dependency, its package.
pub(crate) fn with_package(function: &str, package: Option<&Package>) -> String {
    match package {
        Some(package) => format!("{function}, {package}"),
        None => function.to_owned(),
    }
}

/// `function (file:line)`.
impl fmt::Display for Frame {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.file, self.line) {
            (Some(file), Some(line)) => {
                write!(out, "{} ({}:{line})", self.function, relative(file))
            }
            _ => write!(out, "{}", self.function),
        }
    }
}

/// Removes generic arguments: `shop::find<u8, {closure#0}<()>> (a.rs:1)` becomes `shop::find (a.rs:1)`. A type
/// at the beginning of a path, as in `<u8 as Clone>::clone`, stays.
pub(crate) fn without_generics(frame: &str) -> String {
    let mut kept = String::with_capacity(frame.len());
    let mut depth = 0;
    let mut before = ' ';
    for letter in frame.chars() {
        let opens = letter == '<' && (depth > 0 || kept.ends_with(is_of_name));
        let closes = letter == '>' && depth > 0 && before != '-';
        if opens {
            if depth == 0 && kept.ends_with("::") {
                kept.truncate(kept.len() - 2);
            }
            depth += 1;
        } else if closes {
            depth -= 1;
        } else if depth == 0 {
            kept.push(letter);
        }
        before = letter;
    }
    kept
}

fn is_of_name(letter: char) -> bool {
    letter.is_alphanumeric() || "_:}".contains(letter)
}

/// The last two names of a function's path, its type and its own name, without generic arguments:
/// `TaskQuery::clone` for `<shop::TaskQuery as core::clone::Clone>::clone`.
pub(crate) fn short(function: &str) -> String {
    let plain = match function.strip_prefix('<').and_then(|rest| rest.split_once(" as ")) {
        Some((own, rest)) => {
            let method = rest.rsplit_once(">::").map_or("", |(_, method)| method);
            format!("{own}::{method}")
        }
        None => symbol_name::plain(function).trim_start_matches('<').to_owned(),
    };
    let mut depth = 0;
    let kept = plain.chars().filter(|letter| {
        match letter {
            '<' => depth += 1,
            '>' => depth -= 1,
            _ => return depth <= 0,
        }
        false
    });
    let kept: String = kept.collect();
    let names: Vec<&str> = kept.split("::").filter(|name| !name.is_empty()).collect();
    // A closure is part of the function that contains it.
    let closure = |name: &&str| name.starts_with('{');
    let end = names.iter().position(closure).filter(|at| *at > 0).unwrap_or(names.len());
    names[end.saturating_sub(2)..end].join("::")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generic_arguments_are_left_out() {
        for (whole, expected) in [
            ("find<u8, {closure#0}<(), fn() -> u8>> (a.rs:1)", "find (a.rs:1)"),
            (
                "<u8 as core::clone::Clone>::clone (a.rs:1)",
                "<u8 as core::clone::Clone>::clone (a.rs:1)",
            ),
            ("<alloc::vec::Vec<u8> as Clone>::clone", "<alloc::vec::Vec as Clone>::clone"),
            ("shop::Cache::<u8>::insert::<u8> (a.rs:1)", "shop::Cache::insert (a.rs:1)"),
            ("{closure#0}<()> (a.rs:1)", "{closure#0} (a.rs:1)"),
        ] {
            assert_eq!(without_generics(whole), expected);
        }
    }

    #[test]
    fn a_function_is_shown_by_its_last_two_names() {
        for (long, expected) in [
            ("shop::cache::TaskListCache::new", "TaskListCache::new"),
            ("<shop::query::TaskQuery as core::clone::Clone>::clone", "TaskQuery::clone"),
            ("shop::Cache<K,V>::insert::<u8>", "Cache::insert"),
            ("<lru::LruCache<u64, [u8; 4]>>::put", "LruCache::put"),
            ("<lru::LruCache<_, _>>::put::<u8>", "LruCache::put"),
            ("shop::main::{closure#0}", "shop::main"),
            ("main", "main"),
            ("blocks without a call stack", "blocks without a call stack"),
        ] {
            assert_eq!(short(long), expected);
        }
    }

    #[test]
    fn a_frame_of_a_dependency_is_shown_with_its_package() {
        let package = Package { name: "lru".to_owned(), version: Some("0.6.3".to_owned()) };
        let mut put = Frame::named("<lru::LruCache<u8, u8>>::put", Owner::Dependency);
        assert_eq!(put.with_package(), "LruCache::put");
        put.package = Some(package);
        assert_eq!(put.with_package(), "LruCache::put, lru 0.6.3");
    }
}
