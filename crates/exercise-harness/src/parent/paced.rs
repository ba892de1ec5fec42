//! Runs a trial whose rounds are requested one by one, to show it live.
//!
//! The parent writes the number of operations of each round to the child's standard input, one per
//! line; the child runs the round and streams it as an event. A child without work is idle. When
//! the parent ends, the input ends, and so does the trial. Between rounds the parent may ask what has
//! leaked so far.

use std::io::{self, Write};
use std::path::Path;
use std::process::ChildStdin;

use anyhow::Context as _;
use leak_meter::Round;

use super::trial_process::TrialProcess;
use super::trial_run::Ending;
use crate::protocol::event::{Event, Leaks};
use crate::protocol::request::{LEAKS, SoakSettings, TrialRequest};

/// A running trial. Dropping it ends the process and everything that the process has started.
#[derive(Debug)]
pub struct Paced {
    process: TrialProcess,
    input: ChildStdin,
    /// Rounds and reports that were requested and have not arrived.
    pending: usize,
    /// The reports that arrived and were not taken.
    leaks: Vec<Leaks>,
    /// The ending and the last part of the output, once the process has ended.
    end: Option<(Ending, String)>,
}

impl Paced {
    /// Starts `trial` of the test binary `binary`. It is idle until the first round is requested.
    ///
    /// # Errors
    /// When the process cannot be started.
    pub fn start(binary: &Path, trial: &str, settings: SoakSettings) -> anyhow::Result<Self> {
        let mut process = TrialProcess::start(&[], binary, |scratch| TrialRequest {
            paced: true,
            ..TrialRequest::new(trial, settings, scratch)
        })?;
        let input = process.take_input().context("the trial has no standard input")?;
        Ok(Self { process, input, pending: 0, leaks: Vec::new(), end: None })
    }

    /// Requests a round with this number of operations.
    ///
    /// # Errors
    /// When the process no longer reads its input; see [`try_wait`](Self::try_wait).
    pub fn request_round(&mut self, operations: u64) -> io::Result<()> {
        self.input.write_all(format!("{operations}\n").as_bytes())?;
        self.pending += 1;
        Ok(())
    }

    /// Asks what has leaked so far. The answer arrives after the requested rounds; see
    /// [`take_leaks`](Self::take_leaks).
    ///
    /// # Errors
    /// When the process no longer reads its input; see [`try_wait`](Self::try_wait).
    pub fn request_leaks(&mut self) -> io::Result<()> {
        self.input.write_all(format!("{LEAKS}\n").as_bytes())?;
        self.pending += 1;
        Ok(())
    }

    /// The reports that [`new_rounds`](Self::new_rounds) has read and that were not taken yet, oldest first.
    pub fn take_leaks(&mut self) -> Vec<Leaks> {
        std::mem::take(&mut self.leaks)
    }

    /// The number of requested rounds and reports that have not arrived.
    pub fn pending(&self) -> usize {
        self.pending
    }

    /// The rounds that have ended since the last call.
    ///
    /// # Errors
    /// When the event stream cannot be read.
    pub fn new_rounds(&mut self) -> io::Result<Vec<Round>> {
        let events = &mut self.process.events;
        let (mut rounds, mut arrived, leaks) = (Vec::new(), 0, &mut self.leaks);
        events.advance(|event| match event {
            Event::Round { round } => rounds.push(*round),
            Event::Leaks { leaks: answer } => {
                arrived += 1;
                leaks.push(Leaks::clone(answer));
            }
            _ => {}
        })?;
        // The trial may run for hours, and nobody asks for its old rounds.
        events.rounds.clear();
        self.pending -= (rounds.len() + arrived).min(self.pending);
        if self.pending == 0 {
            // A child without work writes nothing.
            events.truncate()?;
        }
        Ok(rounds)
    }

    /// Whether a signal has stopped the process, and none has continued it since.
    ///
    /// # Errors
    /// When the process cannot be watched.
    pub fn is_stopped(&self) -> io::Result<bool> {
        Ok(self.end.is_none() && self.process.is_stopped()?)
    }

    /// The size of the event stream on disk, in bytes.
    ///
    /// # Errors
    /// When the file's metadata cannot be read.
    pub fn stream_bytes(&self) -> io::Result<u64> {
        self.process.events.bytes_on_disk()
    }

    /// The ending and the last part of the output; `None` while the trial runs. Ends a process that
    /// writes an invalid stream or prints too much.
    ///
    /// # Errors
    /// When the process cannot be watched.
    pub fn try_wait(&mut self) -> io::Result<Option<(Ending, String)>> {
        if self.end.is_none() {
            let process = &mut self.process;
            let has_ended = process.has_ended()?;
            if has_ended {
                // Reads the last events; while the process runs, `new_rounds` does.
                process.events.advance(|_| {})?;
            }
            let flooding = process.is_flooding();
            if !has_ended && process.events.fault.is_none() && !flooding {
                return Ok(None);
            }
            let status = process.kill()?;
            let output = process.output.tail();
            let ending = match &process.events.fault {
                Some(fault) => Ending::Malformed { fault: fault.clone() },
                None if flooding => Ending::Flooded,
                None => Ending::from_status(status, &process.events, &output),
            };
            self.end = Some((ending, output));
        }
        Ok(self.end.clone())
    }
}
