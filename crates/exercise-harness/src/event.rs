//! The event stream of one trial: one JSON object on each line, behind its [seal](crate::seal).
//!
//! A trial writes [`Event::Start`], then what it measures as it goes, then [`Event::End`]. Whoever
//! reads takes progress, tables and curves from the same events. A stream without its end is a
//! failure, never a pass.

use leak_meter::{Report, Round};
use serde::{Deserialize, Serialize};

use crate::context::Bound;
use crate::phases::Phases;

/// The version of the stream. A reader refuses any other.
pub const FORMAT: u32 = 3;

/// One line of the stream.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case", deny_unknown_fields)]
pub enum Event {
    /// The trial begins.
    Start {
        /// The version of the stream: [`FORMAT`].
        format: u32,
        /// The trial's full name, as `--list` prints it.
        trial: String,
    },
    /// A round of the soak has ended.
    Round {
        /// What was read.
        round: Round,
    },
    /// The trial has ended in an orderly way.
    End {
        /// How.
        outcome: TrialOutcome,
    },
}

/// How a trial ended that came to its end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum TrialOutcome {
    /// A behaviour was as it should be.
    Behaved,
    /// A soak ended with a report, whatever its verdict.
    Soaked {
        /// What it found.
        report: Box<Report>,
    },
    /// A bound was measured, kept or not.
    Bounded {
        /// What was measured.
        bound: Bound,
    },
    /// Phases were measured, their limit kept or not.
    Phased {
        /// What was measured.
        phases: Phases,
    },
    /// The trial panicked.
    Panicked {
        /// The panic's message and place.
        message: String,
    },
}
