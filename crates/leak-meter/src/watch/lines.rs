//! How a line is named in metrics and events.

use super::report::WatchedLine;
use crate::site::short;

/// The name of a line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct LineName {
    /// The last two names of the function's path.
    pub(super) function: String,
    /// Its file and line; empty if they are not known.
    pub(super) place: String,
}

impl LineName {
    pub(super) fn of(line: &WatchedLine) -> Self {
        let site = &line.site;
        let place = match (&site.file, site.line) {
            (Some(file), Some(line)) => format!("{file}:{line}"),
            _ => String::new(),
        };
        Self { function: short(&site.function), place }
    }

    /// The name under which further lines are added up.
    #[cfg(feature = "metrics")]
    pub(super) fn other() -> Self {
        Self { function: "other".to_owned(), place: String::new() }
    }
}
