//! Runs one trial in a process of its own, and says how it ended.
//!
//! The child leads a process group of its own, gets its order on its standard input, and prints to
//! a pipe of which the end is kept. Its stream and its temporary files lie in a folder of the
//! parent's. Whatever becomes of the child, all processes that it has started are ended, and the
//! folder is removed.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use leak_meter::Verdict;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use serde::{Deserialize, Serialize};

use crate::cleanup;
use crate::context::SoakSettings;
pub use crate::ended::{Ended, Ending};
use crate::event::{Event, TrialOutcome};
use crate::limits::Limits;
use crate::output::Output;
use crate::patience::Patience;
use crate::seal::Seal;
use crate::strays;
use crate::stream::Reader;

/// The only argument of a test binary that is to run one trial alone; the order comes on its
/// standard input, where the trial's code does not find it.
pub(crate) const ALONE: &str = "run-alone";

/// A trial that prints more than this is ended, in bytes. What an exercise prints in a soak is a
/// tenth of it at most, and more would be measured beside it.
pub const MOST_OUTPUT: u64 = 16_000_000;

/// How much of a child's output is kept, from its end, in bytes.
const OUTPUT_KEPT: usize = 8 * 1024;
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
    /// What its lines are sealed by.
    pub seal: Seal,
    /// Whether the soak's rounds are handed out on standard input, after the order's line (see
    /// [`paced`](crate::paced)).
    #[serde(default)]
    pub paced: bool,
}

impl Order {
    /// The order to run `trial` in the folder `scratch`, as every trial is run.
    pub(crate) fn within(scratch: &cleanup::Folder, trial: &str, settings: SoakSettings) -> Self {
        Self {
            trial: trial.to_owned(),
            events: scratch.path().join("events"),
            folder: scratch.path().join("files"),
            settings,
            limits: Limits::default(),
            seal: Seal::new(),
            paced: false,
        }
    }

    /// The order in a test binary's arguments; `None` if it is not to run a trial alone.
    pub(crate) fn from_arguments(
        mut arguments: impl Iterator<Item = String>,
    ) -> Option<anyhow::Result<Self>> {
        if arguments.nth(1)? != ALONE {
            return None;
        }
        Some(
            first_line()
                .and_then(|line| serde_json::from_slice(&line).context("the order is not whole")),
        )
    }
}

/// The first line of standard input, and no byte more: what follows is not the order's.
fn first_line() -> anyhow::Result<Vec<u8>> {
    let (mut line, mut byte) = (Vec::new(), [0]);
    while rustix::io::read(io::stdin(), &mut byte).context("the order cannot be read")? == 1 {
        if byte == *b"\n" {
            break;
        }
        line.push(byte[0]);
    }
    Ok(line)
}

/// How many times the rounds of an undecided soak its longer run has.
const LONGER: usize = 4;

/// Runs `trial` of the test binary `binary` in a process of its own. `see` is handed each event as
/// it comes. A soak that is undecided is run once more, with four times the rounds, unless `settings`
/// ask for a number of rounds: a high-water mark, for instance, takes longer than a cache to level off.
///
/// # Errors
/// When the process cannot be started or watched. How the trial itself went is in [`Ended`].
pub fn run(
    binary: &Path,
    trial: &str,
    settings: SoakSettings,
    mut see: impl FnMut(&Event),
) -> anyhow::Result<Ended> {
    let ended = run_within(binary, trial, settings, Limits::default(), &mut see)?;
    match rounds_that_may_decide(&ended) {
        Some(rounds) if settings.rounds.is_none() => {
            let longer = SoakSettings { rounds: Some(rounds), ..settings };
            run_within(binary, trial, longer, Limits::default(), see)
        }
        _ => Ok(ended),
    }
}

/// The rounds of a longer run, if the soak was undecided and not stopped.
fn rounds_that_may_decide(ended: &Ended) -> Option<usize> {
    match &ended.ending {
        Ending::Told(TrialOutcome::Soaked { report })
            if report.verdict == Verdict::Undecided && report.stopped.is_none() =>
        {
            Some(report.rounds.len() * LONGER)
        }
        _ => None,
    }
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
    run_as(&Launch { binary, under: &[], limits, slower: 1 }, trial, settings, see)
}

/// As [`run`], under a tool: `under` is its program and its arguments, before those of the binary.
/// The tool's own memory is in no limit, and it may make the trial `slower` by this many times.
///
/// # Errors
/// As [`run`].
pub fn run_under(
    under: &[OsString],
    slower: u32,
    binary: &Path,
    trial: &str,
    settings: SoakSettings,
    see: impl FnMut(&Event),
) -> anyhow::Result<Ended> {
    let limits = Limits { memory: Some(u64::MAX) };
    run_as(&Launch { binary, under, limits, slower }, trial, settings, see)
}

/// How a trial's process is launched.
struct Launch<'a> {
    binary: &'a Path,
    under: &'a [OsString],
    limits: Limits,
    slower: u32,
}

fn run_as(
    launch: &Launch<'_>,
    trial: &str,
    settings: SoakSettings,
    see: impl FnMut(&Event),
) -> anyhow::Result<Ended> {
    let patience = Patience::from_environment()?.times(launch.slower);
    let order = |scratch: &cleanup::Folder| Order {
        limits: launch.limits,
        ..Order::within(scratch, trial, settings)
    };
    let Started { scratch, mut reader, output, mut child, registered } = start(launch, order)?;
    // The order is all that it reads.
    drop(child.stdin.take());
    let group = Pid::from_child(&child);
    let began = Instant::now();
    let waited = wait(group, &mut reader, &output, patience, see);
    let computed = strays::computed(group);
    let left = match waited {
        Ok(Until::Ended) => strays::lasting(group, scratch.path()),
        // Of one that is ended early, it is no wonder.
        _ => Vec::new(),
    };
    let status = end(&mut child, scratch.path());
    drop(registered);
    let watched = || format!("{trial} cannot be watched");
    let (until, status) = (waited.with_context(watched)?, status.with_context(watched)?);
    let output = output.end();
    let ending = match until {
        Until::Ended => Ending::of(status, &reader, &output),
        Until::Faulty => Ending::Malformed { fault: reader.final_fault().unwrap_or_default() },
        Until::Silent => Ending::TimedOut { after: began.elapsed(), computed },
        Until::Flooding => Ending::Flooded,
    };
    let left_running = left.into_iter().map(|stray| stray.name).collect();
    Ok(Ended { ending, rounds: reader.rounds, output, left_running })
}

/// A trial's process, and what it is watched by.
pub(crate) struct Started {
    pub(crate) scratch: cleanup::Folder,
    pub(crate) reader: Reader,
    pub(crate) output: Output,
    /// Its standard input is open, past the order.
    pub(crate) child: Child,
    pub(crate) registered: cleanup::Process,
}

/// Starts the trial of the test binary `binary` that `order` asks for, given its folder.
pub(crate) fn start_paced(
    binary: &Path,
    order: impl FnOnce(&cleanup::Folder) -> Order,
) -> anyhow::Result<Started> {
    start(&Launch { binary, under: &[], limits: Limits::default(), slower: 1 }, order)
}

fn start(
    launch: &Launch<'_>,
    order: impl FnOnce(&cleanup::Folder) -> Order,
) -> anyhow::Result<Started> {
    let scratch = cleanup::Folder::new()?;
    let order = order(&scratch);
    File::create(&order.events).and_then(|_| std::fs::create_dir(&order.folder)).with_context(
        || format!("the trial's folder cannot be filled: {}", scratch.path().display()),
    )?;
    let reader = Reader::open(&order.events, &order.trial, order.seal)?;
    let (output, printed) =
        Output::listen(OUTPUT_KEPT).context("the trial's output cannot be read")?;
    let text = serde_json::to_string(&order)? + "\n";
    let binary = launch.binary.as_os_str();
    let mut whole = launch.under.iter().map(OsString::as_os_str).chain([binary, ALONE.as_ref()]);
    let mut command = Command::new(whole.next().unwrap_or(binary));
    if order.limits.memory.is_some() {
        // There is no memory to print one with.
        command.env("RUST_BACKTRACE", "0");
    }
    command
        .args(whole)
        .env(strays::MARK, scratch.path())
        .stdin(Stdio::piped())
        .stdout(printed.try_clone()?)
        .stderr(printed);
    let (mut child, registered) =
        cleanup::Process::start_group(&mut command).with_context(|| {
            format!("the memory test cannot be started: {}", launch.binary.display())
        })?;
    // With it goes this process's end of the output's pipe.
    drop(command);
    if let Some(input) = &mut child.stdin {
        // Refused by a process that has ended already, which is told from how it ended.
        let _ = input.write_all(text.as_bytes());
    }
    Ok(Started { scratch, reader, output, child, registered })
}

/// Ends a child that was not waited for yet, with all that it has started, and waits for it.
pub(crate) fn end(child: &mut Child, scratch: &Path) -> io::Result<ExitStatus> {
    // It is not waited for yet, so the group's number is still its own.
    let _ = kill_process_group(Pid::from_child(child), Signal::KILL);
    strays::end(scratch);
    child.wait()
}

/// Until when a child was waited for.
enum Until {
    /// Its end. It is not taken out of the system's list yet.
    Ended,
    /// It was silent for too long, or took too long.
    Silent,
    /// It wrote something that is not an event.
    Faulty,
    /// It printed too much.
    Flooding,
}

/// Waits for the end of the process `id`, or for a reason to end it, taking in its events.
fn wait(
    id: Pid,
    reader: &mut Reader,
    output: &Output,
    patience: Patience,
    mut see: impl FnMut(&Event),
) -> io::Result<Until> {
    let began = Instant::now();
    let mut heard = began;
    loop {
        let ended = has_ended(id)?;
        // Read after the look at the process: what an ended one wrote is then all there.
        if reader.advance(&mut see)? {
            heard = Instant::now();
        }
        if ended {
            return Ok(Until::Ended);
        }
        if reader.fault.is_some() {
            return Ok(Until::Faulty);
        }
        if output.bytes() > MOST_OUTPUT {
            return Ok(Until::Flooding);
        }
        if heard.elapsed() >= patience.silence || began.elapsed() >= patience.whole {
            return Ok(Until::Silent);
        }
        thread::sleep(LOOK);
    }
}

/// Whether the child `id` has ended. It stays in the system's list.
pub(crate) fn has_ended(id: Pid) -> io::Result<bool> {
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    Ok(waitid(WaitId::Pid(id), options)?.is_some())
}
