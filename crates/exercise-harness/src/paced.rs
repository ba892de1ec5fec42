//! A trial in a process of its own that works for as long as its parent hands out work.
//!
//! The parent writes the number of operations of each round to the child's standard input, one a
//! line; the child runs the round and streams it as an event. So the parent alone decides on the
//! pace, and a child without work is idle. When the parent goes away, the input ends, and the trial
//! with it.

use std::io::{self, Write};
use std::path::Path;
use std::process::{Child, ChildStdin};

use anyhow::Context as _;
use leak_meter::Round;
use leak_meter::soak::Pace;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::Pid;

use crate::alone::{self, Ending, MOST_OUTPUT, Order, Started};
use crate::cleanup;
use crate::context::SoakSettings;
use crate::event::Event;
use crate::output::Output;
use crate::stream::Reader;

/// A running trial. Dropping it ends the process, and all that it has started.
#[derive(Debug)]
pub struct Paced {
    child: Child,
    input: ChildStdin,
    reader: Reader,
    output: Output,
    /// Rounds that were handed out and have not ended.
    open: usize,
    /// How it ended, once it has and was waited for.
    end: Option<(Ending, String)>,
    _registered: cleanup::Process,
    scratch: cleanup::Folder,
}

impl Paced {
    /// Starts `trial` of the test binary `binary`. It does nothing until work is handed out.
    ///
    /// # Errors
    /// When the process cannot be started.
    pub fn start(binary: &Path, trial: &str, settings: SoakSettings) -> anyhow::Result<Self> {
        let order = |scratch: &cleanup::Folder| Order {
            paced: true,
            ..Order::within(scratch, trial, settings)
        };
        let Started { scratch, reader, output, mut child, registered } =
            alone::start_paced(binary, order)?;
        let input = child.stdin.take().context("the trial has no standard input")?;
        Ok(Self {
            child,
            input,
            reader,
            output,
            open: 0,
            end: None,
            _registered: registered,
            scratch,
        })
    }

    /// Hands out one more round, of so many operations.
    ///
    /// # Errors
    /// When the process no longer reads: see [`ended`](Self::ended).
    pub fn hand_out(&mut self, operations: u64) -> io::Result<()> {
        self.input.write_all(format!("{operations}\n").as_bytes())?;
        self.open += 1;
        Ok(())
    }

    /// How many of the rounds that were handed out have not ended.
    pub fn open(&self) -> usize {
        self.open
    }

    /// The rounds that have ended since the last call.
    ///
    /// # Errors
    /// When the stream cannot be read.
    pub fn rounds(&mut self) -> io::Result<Vec<Round>> {
        let mut rounds = Vec::new();
        self.reader.advance(|event| {
            if let Event::Round { round } = event {
                rounds.push(*round);
            }
        })?;
        self.reader.forget();
        self.open -= rounds.len().min(self.open);
        if self.open == 0 {
            // A child without work writes nothing.
            self.reader.shorten()?;
        }
        Ok(rounds)
    }

    /// How many bytes of its stream are on the disk.
    ///
    /// # Errors
    /// When the stream cannot be looked at.
    pub fn streamed(&self) -> io::Result<u64> {
        self.reader.on_disk()
    }

    /// How it ended, with the end of what it printed; `None` while it runs.
    ///
    /// # Errors
    /// When the process cannot be watched.
    pub fn ended(&mut self) -> io::Result<Option<(Ending, String)>> {
        if self.end.is_none() {
            let has_ended = alone::has_ended(Pid::from_child(&self.child))?;
            if has_ended {
                // What it wrote last; while it runs, `rounds` reads.
                self.reader.advance(|_| {})?;
            }
            let flooding = self.output.bytes() > MOST_OUTPUT;
            if !has_ended && self.reader.fault.is_none() && !flooding {
                return Ok(None);
            }
            let status = alone::end(&mut self.child, self.scratch.path())?;
            let printed = self.output.end();
            let ending = match &self.reader.fault {
                Some(fault) => Ending::Malformed { fault: fault.clone() },
                None if flooding => Ending::Flooded,
                None => Ending::of(status, &self.reader, &printed),
            };
            self.end = Some((ending, printed));
        }
        Ok(self.end.clone())
    }
}

impl Drop for Paced {
    fn drop(&mut self) {
        if self.end.is_none() {
            // It may have ended by itself a moment ago.
            let _ = alone::end(&mut self.child, self.scratch.path());
        }
    }
}

/// The child's side: reads its work from standard input without waiting for it.
pub(crate) struct Grants {
    line: [u8; 32],
    length: usize,
}

impl Grants {
    pub(crate) fn new() -> Self {
        Self { line: [0; 32], length: 0 }
    }

    pub(crate) fn pacer(mut self) -> impl FnMut() -> Pace {
        move || self.next().unwrap_or(Pace::End)
    }

    /// What the input says; whatever is not a number ends the soak.
    fn next(&mut self) -> io::Result<Pace> {
        let input = io::stdin();
        loop {
            let mut ready = [PollFd::new(&input, PollFlags::IN)];
            if poll(&mut ready, Some(&Timespec { tv_sec: 0, tv_nsec: 0 }))? == 0 {
                return Ok(Pace::Wait);
            }
            // One byte at a time, past the buffer of `Stdin`, which would hide what `poll` looks for.
            let mut byte = [0];
            if rustix::io::read(&input, &mut byte)? == 0 {
                return Ok(Pace::End);
            }
            if byte != *b"\n" {
                let place = self.line.get_mut(self.length).ok_or(io::ErrorKind::InvalidData)?;
                *place = byte[0];
                self.length += 1;
                continue;
            }
            let line = std::str::from_utf8(&self.line[..self.length]).ok();
            self.length = 0;
            return Ok(line.and_then(|line| line.parse().ok()).map_or(Pace::End, Pace::Round));
        }
    }
}
