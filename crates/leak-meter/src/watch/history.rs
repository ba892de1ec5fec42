//! The bounded history of a watch: the latest readings, at about equal amounts of work.

use std::time::{Duration, Instant, SystemTime};

use super::even;
use crate::allocator::{Epoch, HeapCounts};
use crate::process::ProcessProbes;
use crate::series::Round;
use crate::site::Ledger;

/// The maximum number of readings. When this is reached, half of the readings are dropped.
pub(super) const MOST_READINGS: usize = 128;

/// The readings since the search for call sites was last switched on.
#[derive(Debug)]
pub(super) struct History {
    ledger: Ledger,
    marks: Vec<Mark>,
    /// The minimum amount of work between two readings.
    step: u64,
    /// The generation of call-site numbers. Readings of different generations cannot be compared.
    epoch: Epoch,
    probes: ProcessProbes,
}

/// One reading, besides the call sites.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    pub(super) at: Instant,
    pub(super) time: SystemTime,
    /// The work done since the service began.
    pub(super) work: u64,
    counts: HeapCounts,
    /// The resources in use. Its operations and allocations are not set.
    round: Round,
}

/// A series of readings at equal amounts of work, with which the verdict is reached.
#[derive(Debug, Default)]
pub(super) struct Series {
    pub(super) ledger: Ledger,
    pub(super) marks: Vec<Mark>,
    pub(super) rounds: Vec<Round>,
    /// The work between two readings.
    pub(super) step: f64,
}

impl History {
    pub(super) fn begin() -> Self {
        Self {
            ledger: Ledger::begin(),
            marks: Vec::with_capacity(MOST_READINGS),
            step: 0,
            epoch: Epoch::now(),
            probes: ProcessProbes::open(),
        }
    }

    /// Whether the readings so far can be compared with one at this amount of work.
    pub(super) fn continues(&self, work: u64) -> bool {
        self.epoch == Epoch::now() && self.marks.last().is_none_or(|last| last.work <= work)
    }

    /// Whether enough work was done since the last reading.
    pub(super) fn is_due(&self, work: u64) -> bool {
        self.marks.last().is_none_or(|last| work >= last.work + self.step.max(1))
    }

    /// Takes a reading.
    pub(super) fn read(&mut self, work: u64, tasks: Option<u64>, span: Duration) {
        if self.marks.len() == MOST_READINGS {
            self.halve(span);
        }
        self.ledger.record();
        let counts = HeapCounts::now();
        let round = Round { tasks, ..self.probes.read().round(&counts) };
        let (at, time) = (Instant::now(), SystemTime::now());
        self.marks.push(Mark { at, time, work, counts, round });
    }

    /// Removes half of the readings: evenly while the history is shorter than `span`, and the oldest ones from then
    /// on.
    fn halve(&mut self, span: Duration) {
        let covered = self.marks[MOST_READINGS - 1].at - self.marks[0].at;
        let kept: Vec<usize> = if covered < span {
            let work: Vec<u64> = self.marks.iter().map(|mark| mark.work).collect();
            let done = work[MOST_READINGS - 1] - work[0];
            self.step = done.div_ceil(MOST_READINGS as u64 / 2);
            even::thinned(&work, MOST_READINGS / 2)
        } else {
            (MOST_READINGS / 2..MOST_READINGS).collect()
        };
        self.ledger = self.ledger.of_rows(&kept);
        self.marks = kept.iter().map(|row| self.marks[*row]).collect();
    }

    /// The readings, chosen so that the work between two of them is about the same.
    pub(super) fn series(&self) -> Series {
        let work: Vec<u64> = self.marks.iter().map(|mark| mark.work).collect();
        let step = even::step(&work);
        let rows = even::rows(&work, step);
        let marks: Vec<Mark> = rows.iter().map(|row| self.marks[*row]).collect();
        let before = marks.first().into_iter().chain(&marks);
        let rounds = before.zip(&marks).map(|(before, mark)| mark.round_since(before, step));
        Series { ledger: self.ledger.of_rows(&rows), rounds: rounds.collect(), marks, step }
    }

    /// The last reading of the resources.
    pub(super) fn last(&self) -> Option<Round> {
        self.marks.last().map(|mark| mark.round)
    }

    pub(super) fn probes(&self) -> &ProcessProbes {
        &self.probes
    }
}

impl Mark {
    fn round_since(&self, before: &Self, step: f64) -> Round {
        Round {
            operations: even::operations(step),
            allocations: self.counts.allocations - before.counts.allocations,
            deallocations: self.counts.deallocations - before.counts.deallocations,
            reallocations: self.counts.reallocations - before.counts.reallocations,
            nanoseconds: u64::try_from((self.at - before.at).as_nanos()).unwrap_or(u64::MAX),
            ..self.round
        }
    }
}
