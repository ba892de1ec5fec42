//! The event stream of one trial: one sealed JSON object per line.
//!
//! A trial writes [`Event::Start`], then its rounds or its progress, then [`Event::End`].
//! Progress bars, tables and curves are all made from these events. A stream without an end is a
//! failure.

use leak_meter::watch::WatchReport;
use leak_meter::{Report, Round};
use serde::{Deserialize, Serialize};

use super::bound::Bound;
use super::phases::Phases;

/// The version of the format. A reader refuses every other version.
pub const FORMAT: u32 = 5;

/// One line of the stream.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case", deny_unknown_fields)]
pub enum Event {
    /// The trial begins.
    Start {
        /// The version of the format: [`FORMAT`].
        format: u32,
        /// The trial's full name, as `--list` prints it.
        trial: String,
    },
    /// A round of the soak has ended.
    Round {
        /// The round's measurements.
        round: Round,
    },
    /// The trial has done some work outside of a round.
    Progress,
    /// The answer of a paced trial to the question what has leaked so far.
    Leaks {
        /// The answer.
        leaks: Box<Leaks>,
    },
    /// The trial has ended.
    End {
        /// The trial's result.
        outcome: TrialOutcome,
    },
}

/// The verdict on a trial that runs, as a service with a [`Watch`](leak_meter::Watch) would report it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Leaks {
    /// The report.
    pub report: WatchReport,
    /// The report as text, with the paths and names that the trial's process found.
    pub text: String,
}

/// The result of a trial that completed or panicked. It does not say whether the trial passes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum TrialOutcome {
    /// A behaviour trial found what it expects.
    Behaved,
    /// A growth trial finished its soak, with any verdict.
    Soaked {
        /// The soak's report.
        report: Box<Report>,
    },
    /// A bound trial measured its resource.
    Bounded {
        /// The measurement.
        bound: Bound,
    },
    /// A phases trial measured all of its phases.
    Phased {
        /// The measurements.
        phases: Phases,
    },
    /// The trial panicked.
    Panicked {
        /// The panic's message and location.
        message: String,
    },
}
