//! The state of a running soak: which rounds to run, and the readings after each.

mod conclusion;
mod readings;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::handles::Handles;
use super::plan::Plan;
use super::run::RoundEnd;
use super::schedule::{Next, Schedule};
use super::{Operation, Pace, Watchers};
use crate::allocator::{self, HeapCounts, SoakSearch};
use crate::judge;
use crate::probe::FileGroup;
use crate::report::Report;
use crate::series::Round;
use crate::site::Ledger;
use crate::verdict::{Verdict, decide};

/// The rounds after which a soak that stops early checks whether it is decided.
const CHECKPOINTS: [usize; 3] = [24, 48, 96];
/// The load ends once it has added this many live bytes, so that a leak of large blocks does not
/// exhaust the machine's memory.
const MOST_MORE_BYTES: u64 = 256 << 20;

/// The state of a running soak. Its memory belongs to the meter.
pub(super) struct Recorder<'a> {
    plan: Plan,
    watchers: Watchers<'a>,
    schedule: Schedule,
    /// The number of the next operation.
    next_operation: u64,
    /// What a paced soak does next.
    pace: Option<Pace>,
    installed: bool,
    handles: Handles,
    at_start: HeapCounts,
    /// Live bytes before the first operation.
    bytes_at_start: u64,
    began: Instant,
    nanoseconds: u64,
    rounds: Vec<Round>,
    gauges: Vec<Vec<u64>>,
    /// What was open after the first round and after the latest one.
    open: [BTreeMap<FileGroup, u64>; 2],
    ledger: Ledger,
    /// The reading after the rest, if there was one.
    after_rest: Option<Round>,
    /// Why the workload stopped.
    stopped: Option<String>,
    /// Why the load ended before its time or its rounds were up.
    ended_early: Option<String>,
    over: bool,
    /// Keeps the search for call sites on until the soak's report, or until this is dropped.
    search: Option<SoakSearch>,
}

impl<'a> Recorder<'a> {
    pub(super) fn new(plan: Plan, watchers: Watchers<'a>) -> Self {
        allocator::as_meter(|| Self::begin(plan, watchers))
    }

    fn begin(plan: Plan, watchers: Watchers<'a>) -> Self {
        let fault = plan.suppressions.fault().map(str::to_owned);
        let stopped = plan.fault.clone().or(fault);
        // A soak that cannot run, such as one inside another soak, leaves the search alone.
        let search = stopped.is_none().then(SoakSearch::begin);
        Self {
            schedule: Schedule::new(&plan),
            next_operation: 0,
            pace: None,
            installed: allocator::is_installed(),
            handles: Handles::open(plan.temporary_folder.as_deref()),
            at_start: HeapCounts::default(),
            bytes_at_start: HeapCounts::now().live_bytes(),
            began: Instant::now(),
            nanoseconds: 0,
            rounds: Vec::new(),
            open: [BTreeMap::new(), BTreeMap::new()],
            gauges: vec![Vec::new(); watchers.gauges.len()],
            ledger: Ledger::begin(),
            after_rest: None,
            over: stopped.is_some(),
            search,
            stopped,
            ended_early: None,
            plan,
            watchers,
        }
    }

    /// Whether to run another round.
    pub(super) fn goes_on(&mut self) -> bool {
        if self.over {
            return false;
        }
        if let Some(pacer) = &mut self.watchers.pacer {
            let pace = allocator::as_meter(pacer);
            if let Pace::Round(operations) = pace {
                self.schedule.operations = operations.max(1);
            }
            self.pace = Some(pace);
            return pace != Pace::End;
        }
        let done = self.rounds.len();
        if self.plan.stops_early && CHECKPOINTS.contains(&done) && self.is_decided() {
            return false;
        }
        let working = self.rounds.iter().map(|round| round.nanoseconds).sum();
        match self.schedule.next(done, Duration::from_nanos(working), self.most_merged()) {
            Next::Round => true,
            Next::End => false,
            Next::Merge(count) => {
                allocator::as_meter(|| self.merge(count));
                true
            }
        }
    }

    /// How many times the work so far can be repeated with what is left of the resources that it
    /// uses up.
    fn most_merged(&self) -> usize {
        let bytes = self.rounds.last().map_or(0, |round| round.live_bytes);
        let bytes = bytes.saturating_sub(self.bytes_at_start).max(1);
        let lasts = (MOST_MORE_BYTES / bytes).min(self.handles.lasts_for());
        usize::try_from(lasts).unwrap_or(usize::MAX)
    }

    /// Whether the next round has to wait.
    pub(super) fn waits(&self) -> bool {
        self.pace == Some(Pace::Wait)
    }

    /// Whether no verdict is Undecided.
    fn is_decided(&self) -> bool {
        let mut verdicts = judge::verdicts_on_resources(&self.rounds);
        verdicts.extend(self.gauges.iter().map(|readings| decide::decide(readings).verdict));
        verdicts.extend(judge::verdicts_on_sites(&self.ledger));
        !verdicts.contains(&Verdict::Undecided)
    }

    pub(super) fn begin_round(&mut self) {
        self.at_start = self.counts();
        self.began = Instant::now();
    }

    /// The counts from which the round's work is calculated.
    fn counts(&mut self) -> HeapCounts {
        match &mut self.watchers.counter {
            Some(counter) => counter(),
            None => HeapCounts::now(),
        }
    }

    /// Called when the operations are done; settling does not count towards their time.
    pub(super) fn end_operations(&mut self) {
        self.nanoseconds = u64::try_from(self.began.elapsed().as_nanos()).unwrap_or(u64::MAX);
    }

    /// The operations of the current round.
    pub(super) fn operations(&self) -> impl Iterator<Item = Operation> + use<> {
        let round = self.rounds.len();
        let seed = self.plan.seed;
        let first = self.next_operation;
        (first..first + self.schedule.operations)
            .map(move |number| Operation::new(number, round, seed))
    }

    /// Whether the time is up within a round, after `done` of its operations.
    pub(super) fn is_over(&self, done: u64) -> bool {
        done < self.schedule.operations && self.schedule.is_over(done)
    }

    pub(super) fn longest_settling(&self) -> Duration {
        self.schedule.longest_settling()
    }

    pub(super) fn end_round(&mut self, settled: bool, end: RoundEnd) {
        allocator::as_meter(|| match end {
            RoundEnd::Complete => self.record(settled),
            // This round has fewer operations than the others, so it cannot be part of the series.
            RoundEnd::OutOfTime => self.over = true,
            RoundEnd::Failed(why) => self.stop(why),
        });
    }

    /// Ends the load because an operation failed.
    fn stop(&mut self, why: String) {
        self.over = true;
        if let Some(groups) = self.handles.open_groups() {
            self.open[1] = groups;
        }
        let exhausted =
            self.handles.exhausted().map_or_else(String::new, |sentence| format!("; {sentence}"));
        self.stopped = Some(why + &exhausted);
    }

    /// How long to rest before a last reading; `None` for no rest.
    pub(super) fn rest(&self) -> Option<Duration> {
        let rest = self.plan.rest_if_growing();
        let judged = self.pace.is_none() && self.stopped.is_none();
        let grows = || {
            let resources = judge::verdicts_on_resources(&self.rounds);
            resources.contains(&Verdict::Growing)
                || judge::verdicts_on_sites(&self.ledger).contains(&Verdict::Growing)
        };
        (judged && !rest.is_zero() && grows()).then_some(rest)
    }

    /// The report so far, after an operation has panicked.
    pub(super) fn report_after_panic(&mut self, why: String) -> Report {
        allocator::as_meter(|| {
            self.stop(why);
            self.report()
        })
    }

    pub(super) fn into_report(mut self) -> Report {
        if self.pace.is_none() && self.stopped.is_none() && self.ended_early.is_none() {
            self.stopped = self.schedule.too_small(self.rounds.len());
        }
        self.report()
    }
}
