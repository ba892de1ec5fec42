//! The result of a watch: a plain value that can be serialised, printed and compared.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::holders::Holders;
use crate::report::{Growth, Suppressed};
use crate::series::{Resource, Round};
use crate::site::{Attribution, Site};
use crate::verdict::Verdict;

/// The verdict on a running service so far.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct WatchReport {
    /// Growing if any resource or line grows, Steady if all are steady, otherwise Undecided.
    pub verdict: Verdict,
    /// Why there is no verdict yet, as a sentence without a full stop. `None` if there is one.
    pub no_verdict: Option<String>,
    /// The unit of work, in the singular: `request`. `None` if time takes its place.
    pub unit: Option<String>,
    /// The work done between the first reading and the last one; in milliseconds if there is no unit.
    pub work: u64,
    /// The time between the first reading and the last one, in seconds.
    pub seconds: f64,
    /// The time of the last reading, in milliseconds since 1970 (UTC). `None` before the first reading.
    pub read_at: Option<u64>,
    /// The number of readings that were judged.
    pub readings: usize,
    /// The resources at the last reading. `None` before the first reading.
    pub now: Option<Round>,
    /// One finding for each measured resource; its rates are per unit of work. Empty without a verdict.
    pub growth: Vec<Growth>,
    /// Resources that are not measured, with the reasons.
    pub unavailable: BTreeMap<Resource, String>,
    /// The lines that grow or may grow, ordered as in a [`Report`](crate::Report).
    pub lines: Vec<WatchedLine>,
    /// What holds the blocks of growing lines. `None` if nothing grows or the holders were not
    /// searched for.
    pub holders: Option<Holders>,
    /// Lines that grow but are allowed to.
    pub suppressed: Vec<Suppressed>,
    /// How the lines were found, and whether they are complete. `None` if profiles were judged.
    pub attribution: Option<Attribution>,
}

/// A line that grows or may grow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct WatchedLine {
    /// The place, with its rates per unit of work.
    pub site: Site,
    /// Blocks retained per hour at the mean rate of work. `None` while undecided.
    pub blocks_per_hour: Option<f64>,
    /// Bytes retained per hour at the mean rate of work. `None` while undecided.
    pub bytes_per_hour: Option<f64>,
    /// The latest time at which it can have begun to grow, in milliseconds since 1970 (UTC). `None` while
    /// undecided.
    pub growing_since: Option<u64>,
}

impl WatchReport {
    /// The lines that grow.
    pub fn growing(&self) -> impl Iterator<Item = &WatchedLine> {
        self.lines.iter().filter(|line| line.site.verdict == Verdict::Growing)
    }

    /// The number of units of work per hour.
    pub fn work_per_hour(&self) -> f64 {
        if self.seconds > 0.0 { self.work as f64 * 3600.0 / self.seconds } else { 0.0 }
    }

    /// For how long a line had been growing at the last reading.
    pub(super) fn growing_for(&self, line: &WatchedLine) -> Option<Duration> {
        let growing = self.read_at?.saturating_sub(line.growing_since?);
        Some(Duration::from_millis(growing))
    }
}
