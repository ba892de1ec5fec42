//! The result of running one trial in its own process.

use std::process::ExitStatus;
use std::time::Duration;

use leak_meter::{Report, Round};
use serde::{Deserialize, Serialize};

use super::ending_code::{self, ABORT};
use super::event_reader::EventReader;
use crate::protocol::event::TrialOutcome;
use crate::protocol::limits::LIMIT_REACHED;

/// What the standard library prints about a stack overflow, before it aborts.
const STACK_OVERFLOW: &str = "has overflowed its stack";
/// What the standard library prints about a refused allocation, before it aborts.
const ALLOCATION_REFUSED: &str = "memory allocation of ";

/// A trial that was run in its own process.
#[derive(Debug, Clone)]
pub struct TrialRun {
    /// How the trial ended.
    pub ending: Ending,
    /// The rounds that it streamed, even if it did not complete.
    pub rounds: Vec<Round>,
    /// The last part of its output.
    pub output: String,
    /// What it left behind.
    pub left_behind: LeftBehind,
}

/// What a trial that ended by itself has left behind.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftBehind {
    /// The names of the programs that it started and that were still running at its end. They were
    /// killed.
    pub left_running: Vec<String>,
    /// The names of the files and folders in the folder for temporary files and in the current
    /// folder, both the trial's own. They were removed.
    pub left_files: Vec<String>,
}

impl TrialRun {
    /// The report of a soak that completed.
    pub fn report(&self) -> Option<&Report> {
        self.ending.report()
    }
}

/// How a trial ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Ending {
    /// It streamed its outcome, and its process exited with success.
    Completed(TrialOutcome),
    /// A signal ended its process; on Windows, an exception.
    Aborted {
        /// The signal's number, or the exception's code.
        signal: i32,
    },
    /// Its process exited before the trial was over.
    Exited {
        /// The exit code.
        code: i32,
    },
    /// It reached its memory limit.
    OutOfMemory,
    /// A thread's stack overflowed.
    StackOverflowed,
    /// It exceeded a timeout and was ended.
    TimedOut {
        /// The time from its start to its end.
        after: Duration,
        /// The processor time that it used, where the system reports it.
        computed: Option<Duration>,
    },
    /// It printed too much and was ended.
    Flooded,
    /// Its event stream is invalid, so nothing in the stream can be trusted.
    Malformed {
        /// What is wrong with the stream.
        fault: String,
    },
}

impl Ending {
    /// The report of a soak that completed.
    pub fn report(&self) -> Option<&Report> {
        match self {
            Self::Completed(TrialOutcome::Soaked { report }) => Some(report),
            _ => None,
        }
    }

    /// The ending of a process that was not killed by its parent.
    pub(super) fn from_status(status: ExitStatus, events: &EventReader, output: &str) -> Self {
        if let Some(fault) = events.final_fault() {
            return Self::Malformed { fault };
        }
        let printed = |words: &[&str]| words.iter().any(|words| output.contains(words));
        match (&events.outcome, ending_code::from_status(status), status.code()) {
            // An outcome alone is not enough: the process must also exit with success.
            (Some(outcome), None, Some(0)) => Self::Completed(outcome.clone()),
            (_, Some(ending_code::STACK_OVERFLOW), _) if printed(&[STACK_OVERFLOW]) => {
                Self::StackOverflowed
            }
            (_, Some(ABORT), _) if printed(&[ALLOCATION_REFUSED, LIMIT_REACHED]) => {
                Self::OutOfMemory
            }
            (_, Some(signal), _) => Self::Aborted { signal },
            (_, None, code) => Self::Exited { code: code.unwrap_or(-1) },
        }
    }
}
