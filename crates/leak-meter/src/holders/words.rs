//! Formats a holder, a place and a number.

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
                write!(out, "on the stacks of {}", units::plural(*threads, "thread"))
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

/// ` (cache.rs:43)`.
pub(super) fn base(file: Option<&str>, line: Option<u32>) -> String {
    let place = file.zip(line).map(|(file, line)| {
        let name = file.rsplit('/').next().unwrap_or(file);
        format!(" ({name}:{line})")
    });
    place.unwrap_or_default()
}
