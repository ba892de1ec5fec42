//! How a holder, a place and a number are called.

use std::fmt;

use super::finding::Hold;
use crate::units;

impl fmt::Display for Hold {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Static { name: Some(name), .. } => write!(out, "by the static {name}"),
            Self::Static { library: Some(library), .. } => write!(out, "by a static of {library}"),
            Self::Static { .. } => write!(out, "by a static without a name"),
            Self::ThreadLocal { name: Some(name), thread } => {
                write!(out, "by the thread-local {name} of the thread {thread}")
            }
            Self::ThreadLocal { name: None, thread } => {
                write!(out, "by thread-local memory of the thread {thread}")
            }
            Self::Stack { thread, function: Some(function), .. } => {
                write!(out, "on the stack of {thread}, in {function}")
            }
            Self::Stack { thread, .. } => write!(out, "on the stack of {thread}"),
            Self::Stacks { threads } => {
                write!(out, "on the stacks of {}", count(*threads, "thread"))
            }
            Self::UnfinishedTask => {
                write!(out, "by the tokio runtime: a task that has not ended")
            }
            Self::Foreign => write!(out, "by memory not allocated through the meter"),
            Self::Ring => write!(out, "by nothing but each other"),
            Self::LeakedCount => write!(out, "by nobody: its reference count never reached zero"),
            Self::Nothing => write!(
                out,
                "by nothing that was found: forgotten, or its address is kept in another form"
            ),
        }
    }
}

/// `1 block`, `12,345 blocks`.
pub(super) fn count(value: u64, word: &str) -> String {
    let plural = if value == 1 { "" } else { "s" };
    format!("{}{}{word}{plural}", units::count(value), ' ')
}

/// ` (cache.rs:43)`.
pub(super) fn base(file: Option<&str>, line: Option<u32>) -> String {
    let place = file.zip(line).map(|(file, line)| {
        let name = file.rsplit('/').next().unwrap_or(file);
        format!(" ({name}:{line})")
    });
    place.unwrap_or_default()
}

/// The last two names of a function's path, its type and its own, without what is generic:
/// `TaskQuery::clone` of `<shop::TaskQuery as core::clone::Clone>::clone`.
pub(super) fn short(function: &str) -> String {
    let plain = match function.strip_prefix('<').and_then(|rest| rest.split_once(" as ")) {
        Some((own, rest)) => {
            let method = rest.rsplit_once(">::").map_or("", |(_, method)| method);
            format!("{own}::{method}")
        }
        None => function.to_owned(),
    };
    let mut depth = 0;
    let kept = plain.chars().filter(|letter| {
        match letter {
            '<' => depth += 1,
            '>' => depth -= 1,
            _ => return depth == 0,
        }
        false
    });
    let kept: String = kept.collect();
    let names: Vec<&str> = kept.split("::").filter(|name| !name.is_empty()).collect();
    // A closure is part of the function that it stands in.
    let closure = |name: &&str| name.starts_with('{');
    let end = names.iter().position(closure).filter(|at| *at > 0).unwrap_or(names.len());
    names[end.saturating_sub(2)..end].join("::")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_shown_by_its_last_two_names() {
        for (long, expected) in [
            ("shop::cache::TaskListCache::new", "TaskListCache::new"),
            ("<shop::query::TaskQuery as core::clone::Clone>::clone", "TaskQuery::clone"),
            ("shop::Cache<K,V>::insert::<u8>", "Cache::insert"),
            ("shop::main::{closure#0}", "shop::main"),
            ("main", "main"),
            ("blocks without a call stack", "blocks without a call stack"),
        ] {
            assert_eq!(short(long), expected);
        }
    }
}
