//! How a trial that was run alone ended.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::time::Duration;

use leak_meter::Round;
use rustix::process::Signal;

use crate::event::TrialOutcome;
use crate::limits;
use crate::stream::Reader;

const ABORT: i32 = Signal::ABORT.as_raw();

/// A trial that was run alone.
#[derive(Debug, Clone)]
pub struct Ended {
    /// How it ended.
    pub ending: Ending,
    /// The rounds that it streamed, also when it did not come to its end.
    pub rounds: Vec<Round>,
    /// The end of what it printed.
    pub output: String,
    /// The names of the programs that it had started and that did not end with it. They were ended.
    pub left_running: Vec<String>,
}

/// How a trial that was run alone ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Ending {
    /// It came to its end and said how.
    Told(TrialOutcome),
    /// A signal ended it, for instance after a stack overflow.
    Aborted {
        /// The signal's number.
        signal: i32,
    },
    /// It ended its process before the trial was over.
    Exited {
        /// The process's exit code.
        code: i32,
    },
    /// It allocated more memory than it may have.
    OutOfMemory,
    /// A call went so deep that a thread's stack was full.
    StackOverflowed,
    /// It fell silent, or took too long, and was ended.
    TimedOut {
        /// For how long it was waited.
        after: Duration,
        /// How much of that it computed, where the system tells.
        computed: Option<Duration>,
    },
    /// It printed more than [`MOST_OUTPUT`], and was ended.
    Flooded,
    /// Its event stream is broken, so nothing in it can be trusted.
    Malformed {
        /// What is wrong with the stream.
        fault: String,
    },
}

impl Ending {
    /// How a process ended that was not ended by us.
    pub(crate) fn of(status: ExitStatus, reader: &Reader, output: &str) -> Self {
        if let Some(fault) = reader.final_fault() {
            return Self::Malformed { fault };
        }
        let said = |words: &str| output.lines().any(|line| line.contains(words));
        match (&reader.outcome, status.signal(), status.code()) {
            // A process that told its end and then did not end well has not ended well.
            (Some(outcome), None, Some(0)) => Self::Told(outcome.clone()),
            // In the words of the standard library, which then aborts the process.
            (_, Some(ABORT), _) if said("has overflowed its stack") => Self::StackOverflowed,
            (_, Some(ABORT), _) if limits::was_out_of_memory(output) => Self::OutOfMemory,
            (_, Some(signal), _) => Self::Aborted { signal },
            (_, None, code) => Self::Exited { code: code.unwrap_or(-1) },
        }
    }
}
