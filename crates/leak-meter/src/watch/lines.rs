//! How a line is named in metrics and events, and the growth under each name.

use std::ops::AddAssign;

use super::report::{WatchReport, WatchedLine};
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
    fn of(line: &WatchedLine) -> Self {
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

/// The growth per hour.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct HourlyGrowth {
    pub(super) bytes: f64,
    pub(super) blocks: f64,
}

impl AddAssign for HourlyGrowth {
    fn add_assign(&mut self, more: Self) {
        self.bytes += more.bytes;
        self.blocks += more.blocks;
    }
}

/// The growing lines of a report, in its order. Lines of one name, such as those of functions that one macro defines,
/// are added up.
pub(super) fn growth_by_name(report: &WatchReport) -> Vec<(LineName, HourlyGrowth)> {
    let mut growth: Vec<(LineName, HourlyGrowth)> = Vec::new();
    for line in report.growing() {
        let name = LineName::of(line);
        let more = HourlyGrowth {
            bytes: line.bytes_per_hour.unwrap_or_default(),
            blocks: line.blocks_per_hour.unwrap_or_default(),
        };
        match growth.iter_mut().find(|(known, _)| *known == name) {
            Some((_, growth)) => *growth += more,
            None => growth.push((name, more)),
        }
    }
    growth
}
