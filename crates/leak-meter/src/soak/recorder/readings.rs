//! Takes the readings, and ends the load near a limit.

use super::{CHECKPOINTS, MOST_MORE_BYTES, Recorder};
use crate::allocator::{self, HeapCounts};
use crate::series::Round;
use crate::soak::handles::{self, Readings};
use crate::units;

impl Recorder<'_> {
    /// Merges every `count` rounds into one. Leftover rounds at the beginning are dropped.
    pub(super) fn merge(&mut self, count: usize) {
        let skipped = self.rounds.len() % count;
        self.rounds = self.rounds[skipped..].chunks_exact(count).map(Round::merged).collect();
        for readings in &mut self.gauges {
            *readings = readings[skipped..].chunks_exact(count).map(|few| few[count - 1]).collect();
        }
        self.ledger.merge(count);
    }

    pub(super) fn record(&mut self, settled: bool) {
        let handles = self.handles.read();
        let round = self.reading(settled, &handles);
        self.next_operation += self.schedule.operations;
        if self.pace.is_none() {
            self.keep_round(round);
            self.end_near_limit(&handles);
        }
        if let Some(observer) = &mut self.watchers.observer {
            observer(&round);
        }
    }

    pub(super) fn reading(&mut self, settled: bool, handles: &Readings) -> Round {
        let live = HeapCounts::now();
        let counts = self.counts();
        Round {
            operations: self.schedule.operations,
            allocations: counts.allocations - self.at_start.allocations,
            deallocations: counts.deallocations - self.at_start.deallocations,
            reallocations: counts.reallocations - self.at_start.reallocations,
            temporary_files: handles.temporary.map(|usage| usage.files),
            temporary_bytes: handles.temporary.map(|usage| usage.bytes),
            tasks: self.watchers.tasks.as_mut().map(|alive| alive.read()),
            settled,
            nanoseconds: self.nanoseconds,
            ..handles.process.round(&live)
        }
    }

    /// Adds a round to the judged series.
    fn keep_round(&mut self, round: Round) {
        let first = self.next_operation == self.schedule.operations;
        if let Some(groups) = self.handles.open_groups() {
            self.open[usize::from(!first)] = groups;
        }
        self.rounds.push(round);
        for (readings, (_, gauge)) in self.gauges.iter_mut().zip(&mut self.watchers.gauges) {
            readings.push(gauge.read());
        }
        self.ledger.record();
    }

    /// Ends the load when a leaking resource comes near its limit. Otherwise the process might fail, or seem
    /// steady because it cannot get more.
    fn end_near_limit(&mut self, now: &Readings) {
        let rounds = self.rounds.len();
        if rounds < CHECKPOINTS[0] {
            return;
        }
        let operations = units::count(self.next_operation);
        let end = if let Some((resource, start, now, limit)) = self.handles.near_limit(now) {
            format!(
                "after {operations} operations, {}",
                handles::risen(resource, start, now, limit)
            )
        } else {
            let live = self.rounds[rounds - 1].live_bytes;
            if live < self.bytes_at_start.saturating_add(MOST_MORE_BYTES) {
                return;
            }
            format!(
                "after {operations} operations, live bytes had risen from {} to {}",
                units::bytes(self.bytes_at_start as f64),
                units::bytes(live as f64)
            )
        };
        // A soak with a fixed amount of work completes it, if the system allows that.
        if self.schedule.has_budget() {
            self.over = true;
            self.ended_early = Some(end);
        }
    }

    /// Takes the reading after the rest.
    pub(in crate::soak) fn end_rest(&mut self) {
        allocator::as_meter(|| {
            let handles = self.handles.read();
            self.at_start = self.counts();
            let reading = self.reading(true, &handles);
            self.after_rest = Some(Round { operations: 0, nanoseconds: 0, ..reading });
            self.ledger.record_rest();
        });
    }
}
