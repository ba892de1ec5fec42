//! Runs one trial in its own process, to its end.

use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use leak_meter::{Report, Verdict};

use super::timeouts::Timeouts;
use super::trial_process::TrialProcess;
pub use super::trial_run::{Ending, LeftBehind, TrialRun};
use crate::protocol::event::Event;
use crate::protocol::limits::Limits;
use crate::protocol::request::{SoakSettings, TrialRequest};

/// The interval at which the parent checks for new events.
const POLL_INTERVAL: Duration = Duration::from_millis(5);

/// The second run of an inconclusive soak and the third one have this many times the rounds of the first.
const LONGER_RUNS: [usize; 2] = [4, 8];

/// Runs `trial` of the test binary `binary` in its own process, and calls `on_event` with each
/// event as it arrives.
///
/// An inconclusive soak is run again, with four times the rounds, and if it is still undecided, once more with eight
/// times the rounds, unless `settings` set the number of rounds.
///
/// # Errors
/// When the process cannot be started or watched. A trial that fails is not an error; see
/// [`TrialRun::ending`].
pub fn run(
    binary: &Path,
    trial: &str,
    settings: SoakSettings,
    mut on_event: impl FnMut(&Event),
) -> anyhow::Result<TrialRun> {
    let mut run = run_within(binary, trial, settings, Limits::default(), &mut on_event)?;
    let first =
        run.report().filter(|_| settings.rounds.is_none()).map(|report| report.rounds.len());
    let Some(rounds) = first else { return Ok(run) };
    let mut is_open: fn(&Report) -> bool = is_inconclusive;
    for times in LONGER_RUNS {
        if !run.report().is_some_and(is_open) {
            break;
        }
        let longer = SoakSettings { rounds: Some(rounds * times), ..settings };
        run = run_within(binary, trial, longer, Limits::default(), &mut on_event)?;
        is_open = is_undecided;
    }
    Ok(run)
}

/// Whether only a longer soak can tell. An undecided soak may be, for instance, one of a high-water
/// mark, which takes longer than a cache to level off. Growth that only call sites show, and no
/// total, may be a few blocks that a cache with deferred deletion had not freed yet.
fn is_inconclusive(report: &Report) -> bool {
    let is_growing_in_lines = report.verdict == Verdict::Growing
        && report.growing().next().is_none()
        && !report.gauges.iter().any(|gauge| gauge.verdict == Verdict::Growing);
    is_undecided(report) || report.stopped.is_none() && is_growing_in_lines
}

fn is_undecided(report: &Report) -> bool {
    report.stopped.is_none() && report.verdict == Verdict::Undecided
}

/// Like [`run`], with other `limits` than the usual ones, and always a single run.
///
/// # Errors
/// As for [`run`].
pub fn run_within(
    binary: &Path,
    trial: &str,
    settings: SoakSettings,
    limits: Limits,
    on_event: impl FnMut(&Event),
) -> anyhow::Result<TrialRun> {
    Launch { tool: &[], binary, limits, slowdown: 1 }.run(trial, settings, on_event)
}

/// Like [`run_within`], under a tool, whose program and arguments precede the binary's. Memory is
/// not limited, because the tool needs some of its own, and the timeouts are `slowdown` times as
/// long.
///
/// # Errors
/// As for [`run`].
pub fn run_under(
    tool: &[OsString],
    slowdown: u32,
    binary: &Path,
    trial: &str,
    settings: SoakSettings,
    on_event: impl FnMut(&Event),
) -> anyhow::Result<TrialRun> {
    let limits = Limits::Unlimited;
    Launch { tool, binary, limits, slowdown }.run(trial, settings, on_event)
}

/// How to launch a trial's process.
struct Launch<'a> {
    tool: &'a [OsString],
    binary: &'a Path,
    limits: Limits,
    slowdown: u32,
}

impl Launch<'_> {
    fn run(
        &self,
        trial: &str,
        settings: SoakSettings,
        on_event: impl FnMut(&Event),
    ) -> anyhow::Result<TrialRun> {
        let timeouts = Timeouts::from_environment()?.times(self.slowdown);
        let mut process = TrialProcess::start(self.tool, self.binary, |scratch| TrialRequest {
            limits: self.limits,
            ..TrialRequest::new(trial, settings, scratch)
        })?;
        // The request is the only input.
        drop(process.take_input());
        let start = Instant::now();
        let cannot_watch = || format!("{trial} cannot be watched");
        let stop = watch(&mut process, timeouts, on_event).with_context(cannot_watch)?;
        let computed = process.processor_time();
        let mut left_behind = LeftBehind::default();
        // A trial that is ended early has had no chance to clean up.
        if matches!(stop, Stop::Ended) {
            left_behind.left_running = process.left_running();
            left_behind.left_files = process.left_files();
        }
        let status = process.kill().with_context(cannot_watch)?;
        let output = process.output.tail();
        let ending = match stop {
            Stop::Ended => Ending::from_status(status, &process.events, &output),
            Stop::Malformed => {
                Ending::Malformed { fault: process.events.final_fault().unwrap_or_default() }
            }
            Stop::TimedOut => Ending::TimedOut { after: start.elapsed(), computed },
            Stop::Flooding => Ending::Flooded,
        };
        let rounds = std::mem::take(&mut process.events.rounds);
        Ok(TrialRun { ending, rounds, output, left_behind })
    }
}

/// Why the parent stops watching a process.
enum Stop {
    /// The process has ended.
    Ended,
    /// The event stream is invalid.
    Malformed,
    /// A timeout is exceeded.
    TimedOut,
    /// The process prints too much.
    Flooding,
}

/// Reads the events of `process` until it has ended or must be ended.
fn watch(
    process: &mut TrialProcess,
    timeouts: Timeouts,
    mut on_event: impl FnMut(&Event),
) -> io::Result<Stop> {
    let start = Instant::now();
    let (mut last_event, mut waits) = (start, process.processor_waits());
    loop {
        let has_ended = process.has_ended()?;
        // Read after the check, so that everything an ended process has written is read.
        if process.events.advance(&mut on_event)? {
            (last_event, waits) = (Instant::now(), process.processor_waits());
        }
        if has_ended {
            return Ok(Stop::Ended);
        }
        if process.events.fault.is_some() {
            return Ok(Stop::Malformed);
        }
        if process.is_flooding() {
            return Ok(Stop::Flooding);
        }
        // On a busy machine, a trial may wait longer for a processor than it works.
        let is_silent = last_event.elapsed() >= timeouts.silence
            && last_event.elapsed().saturating_sub(process.processor_waits().longest_since(&waits))
                >= timeouts.silence;
        if is_silent || start.elapsed() >= timeouts.total {
            return Ok(Stop::TimedOut);
        }
        thread::sleep(POLL_INTERVAL);
    }
}
