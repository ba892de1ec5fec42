//! Runs one trial in a process of its own, and says how it ended.
//!
//! The trial's stream, its output and its temporary files lie in a folder of the parent's, which
//! is removed whatever becomes of the child.

use std::fs::File;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use leak_meter::Round;
use serde::{Deserialize, Serialize};

use crate::cleanup;
use crate::context::SoakSettings;
use crate::event::{Event, TrialOutcome};
use crate::limits::Limits;
use crate::place::Place;
use crate::stream::Reader;

/// The first argument of a test binary that is to run one trial alone; the second is the order.
const ALONE: &str = "run-alone";

/// A trial that has streamed nothing for this long hangs.
pub const LONGEST_SILENCE: Duration = Duration::from_secs(60);
/// No trial takes longer than this.
pub const LONGEST_TRIAL: Duration = Duration::from_secs(300);

/// How often the parent looks for new events.
const LOOK: Duration = Duration::from_millis(5);

/// What a child is told to do.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// The trial's full name.
    pub trial: String,
    /// Where to stream the events.
    pub events: PathBuf,
    /// An empty folder for the trial's files.
    pub folder: PathBuf,
    /// How to run a soak.
    pub settings: SoakSettings,
    /// What its process may use.
    #[serde(default)]
    pub limits: Limits,
    /// Whether the soak's rounds are handed out on standard input (see [`paced`](crate::paced)).
    #[serde(default)]
    pub paced: bool,
}

impl Order {
    /// The order in a test binary's arguments; `None` if it is not to run a trial alone.
    pub(crate) fn from_arguments(
        mut arguments: impl Iterator<Item = String>,
    ) -> Option<anyhow::Result<Self>> {
        if arguments.nth(1)? != ALONE {
            return None;
        }
        let order = arguments.next().context("the order is missing");
        Some(order.and_then(|order| Ok(serde_json::from_str(&order)?)))
    }
}

/// A trial that was run alone.
#[derive(Debug, Clone)]
pub struct Ended {
    /// How it ended.
    pub ending: Ending,
    /// The rounds that it streamed, also when it did not come to its end.
    pub rounds: Vec<Round>,
    /// The end of what it printed.
    pub output: String,
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
    /// It fell silent, or took too long, and was ended.
    TimedOut {
        /// For how long it was waited.
        after: Duration,
    },
    /// Its event stream is broken, so nothing in it can be trusted.
    Malformed {
        /// What is wrong with the stream.
        fault: String,
    },
}

/// Runs `trial` of the test binary `binary` in a process of its own. `see` is handed each event as
/// it comes.
///
/// # Errors
/// When the process cannot be started or watched. How the trial itself went is in [`Ended`].
pub fn run(
    binary: &Path,
    trial: &str,
    settings: SoakSettings,
    see: impl FnMut(&Event),
) -> anyhow::Result<Ended> {
    run_within(binary, trial, settings, Limits::default(), see)
}

/// As [`run`], within other `limits` than those of every trial.
///
/// # Errors
/// As [`run`].
pub fn run_within(
    binary: &Path,
    trial: &str,
    settings: SoakSettings,
    limits: Limits,
    see: impl FnMut(&Event),
) -> anyhow::Result<Ended> {
    let place = Place::new()?;
    let order = Order { limits, ..place.order(trial, settings) };
    let began = Instant::now();
    let mut child = start(binary, &order, &place.output(), Stdio::null())?;
    let guard = cleanup::Process::watch(&child);
    let mut reader = Reader::open(&order.events, trial)?;
    let waited = wait(&mut child, &mut reader, see);
    if !matches!(waited, Ok(Some(_))) {
        end(&mut child);
    }
    drop(guard);
    let ending =
        match (waited.with_context(|| format!("{trial} cannot be watched"))?, reader.fault.clone())
        {
            (Some(status), _) => ending(status, &reader),
            (None, Some(fault)) => Ending::Malformed { fault },
            (None, None) => Ending::TimedOut { after: began.elapsed() },
        };
    Ok(Ended { ending, rounds: reader.rounds, output: place.printed() })
}

pub(crate) fn start(
    binary: &Path,
    order: &Order,
    output: &Path,
    input: Stdio,
) -> anyhow::Result<Child> {
    let printed = File::create(output)?;
    let mut command = Command::new(binary);
    if order.limits.memory.is_some() {
        // There is no memory to print one with.
        command.env("RUST_BACKTRACE", "0");
    }
    command
        .arg(ALONE)
        .arg(serde_json::to_string(order)?)
        .stdin(input)
        .stdout(printed.try_clone()?)
        .stderr(printed)
        .spawn()
        .with_context(|| format!("the memory test cannot be started: {}", binary.display()))
}

/// Waits for the child's end, taking in its events. `None` if it was silent for too long, took
/// too long, or wrote something that is not an event: then it is still running.
fn wait(
    child: &mut Child,
    reader: &mut Reader,
    mut see: impl FnMut(&Event),
) -> io::Result<Option<ExitStatus>> {
    let began = Instant::now();
    let mut heard = began;
    loop {
        let status = child.try_wait()?;
        // Read after the look at the process: what an ended one wrote is then all there.
        if reader.advance(&mut see)? {
            heard = Instant::now();
        }
        if status.is_some() {
            return Ok(status);
        }
        let silent = heard.elapsed() >= LONGEST_SILENCE || began.elapsed() >= LONGEST_TRIAL;
        if silent || reader.fault.is_some() {
            return Ok(None);
        }
        thread::sleep(LOOK);
    }
}

/// Ends a child that is still running, and waits for it, so that nothing is left of it.
pub(crate) fn end(child: &mut Child) {
    // Both fail only for a child that has already ended and been waited for.
    let _ = child.kill();
    let _ = child.wait();
}

pub(crate) fn ending(status: ExitStatus, reader: &Reader) -> Ending {
    if let Some(fault) = reader.final_fault() {
        return Ending::Malformed { fault };
    }
    match (&reader.outcome, status.signal(), status.code()) {
        // A process that told its end and then did not end well has not ended well.
        (Some(outcome), None, Some(0)) => Ending::Told(outcome.clone()),
        (_, Some(signal), _) => Ending::Aborted { signal },
        (_, None, code) => Ending::Exited { code: code.unwrap_or(-1) },
    }
}
