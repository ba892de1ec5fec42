//! Takes the readings of a soak without disturbing them.

use std::collections::BTreeMap;
use std::time::Instant;

use super::budget::FirstRound;
use super::{Operation, Pace, Plan, Watchers};
use crate::allocator::{self, HeapCounts};
use crate::holders;
use crate::probe::{
    self, FileGroup, FolderProbe, FolderUsage, ForeignBytesProbe, OpenFilesProbe,
    ResidentBytesProbe, ThreadsProbe, Unavailable,
};
use crate::report::{Excused, GaugeGrowth, OpenFiles, Report};
use crate::series::{Resource, Round};
use crate::site::{self, HeapLook, Ledger};
use crate::verdict::{self, Verdict, decide};

/// From this many rounds on, one certain growth is enough.
const LONG_RUN: usize = 48;

/// The state of a running soak. All that it keeps is the meter's own memory.
pub(super) struct Recorder<'a> {
    plan: Plan,
    watchers: Watchers<'a>,
    operations: u64,
    /// The number of the first round's first operation; of a paced soak, the next one's.
    first_operation: u64,
    /// What a paced soak does next.
    pace: Option<Pace>,
    checkpoints: Vec<usize>,
    installed: bool,
    open_files: Result<OpenFilesProbe, Unavailable>,
    threads: Result<ThreadsProbe, Unavailable>,
    foreign: Result<ForeignBytesProbe, Unavailable>,
    resident: Result<ResidentBytesProbe, Unavailable>,
    folder: Option<FolderProbe>,
    at_start: HeapCounts,
    began: Instant,
    nanoseconds: u64,
    rounds: Vec<Round>,
    gauges: Vec<Vec<u64>>,
    /// What was open after the first round and after the last one so far.
    open: [BTreeMap<FileGroup, u64>; 2],
    ledger: Ledger,
    /// Why a probe that had worked failed, by resource.
    failed: BTreeMap<Resource, String>,
    stopped: Option<String>,
}

impl<'a> Recorder<'a> {
    pub(super) fn new(plan: Plan, watchers: Watchers<'a>, first: &FirstRound) -> Self {
        allocator::as_meter(|| Self::begin(plan, watchers, first))
    }

    fn begin(plan: Plan, watchers: Watchers<'a>, first: &FirstRound) -> Self {
        let mut stopped = plan.fault.clone();
        let (operations, first_operation) =
            first.result(plan.operations).unwrap_or_else(|sentence| {
                stopped.get_or_insert(sentence);
                (1, 0)
            });
        let mut recorder = Self {
            operations,
            first_operation,
            pace: None,
            checkpoints: plan.rounds.checkpoints(),
            installed: allocator::is_installed(),
            open_files: OpenFilesProbe::new(),
            threads: ThreadsProbe::new(),
            foreign: ForeignBytesProbe::new(),
            resident: ResidentBytesProbe::new(),
            folder: None,
            at_start: HeapCounts::default(),
            began: Instant::now(),
            nanoseconds: 0,
            rounds: Vec::new(),
            open: [BTreeMap::new(), BTreeMap::new()],
            gauges: vec![Vec::new(); watchers.gauges.len()],
            ledger: Ledger::default(),
            failed: BTreeMap::new(),
            stopped,
            plan,
            watchers,
        };
        // A folder that was given is to be counted: one that cannot be is a missing reading.
        let folder = recorder.plan.temporary_folder.clone().map(FolderProbe::new);
        recorder.folder = recorder.keep(&Self::TEMPORARY, folder);
        // A probe reserves its buffer at its first reading, as the meter's own memory.
        recorder.read_handles();
        allocator::start();
        recorder
    }

    /// Whether another round is to be run: the last one ended neither the workload nor the doubt.
    pub(super) fn goes_on(&mut self) -> bool {
        if let (Some(pacer), None) = (&mut self.watchers.pacer, &self.stopped) {
            let pace = allocator::as_meter(pacer);
            if let Pace::Round(operations) = pace {
                self.operations = operations.max(1);
            }
            self.pace = Some(pace);
            return pace != Pace::End;
        }
        let done = self.rounds.len();
        let last = self.checkpoints.last().is_none_or(|last| done >= *last);
        if last || self.stopped.is_some() {
            return false;
        }
        !self.checkpoints.contains(&done) || !self.is_decided()
    }

    /// Whether the next round's time has not come.
    pub(super) fn waits(&self) -> bool {
        self.pace == Some(Pace::Wait)
    }

    /// Whether more rounds could not change the verdict. Long runs end at the first certain growth:
    /// what else is open then would not make the program healthy.
    fn is_decided(&self) -> bool {
        let mut verdicts = verdict::of_resources(&self.rounds);
        verdicts.extend(self.gauges.iter().map(|readings| decide::decide(readings).verdict));
        verdicts.extend(site::verdicts(&self.ledger));
        let open = verdicts.contains(&Verdict::Undecided);
        !open || (verdicts.contains(&Verdict::Growing) && self.rounds.len() >= LONG_RUN)
    }

    pub(super) fn begin_round(&mut self) {
        self.at_start = self.counts();
        self.began = Instant::now();
    }

    /// The counts that the round's work is taken from.
    fn counts(&mut self) -> HeapCounts {
        match &mut self.watchers.counter {
            Some(counter) => counter(),
            None => HeapCounts::now(),
        }
    }

    /// The operations are done; settling does not count as their time.
    pub(super) fn end_operations(&mut self) {
        self.nanoseconds = u64::try_from(self.began.elapsed().as_nanos()).unwrap_or(u64::MAX);
    }

    /// The operations of the round that is under way.
    pub(super) fn operations(&self) -> impl Iterator<Item = Operation> + use<> {
        let round = self.rounds.len();
        let seed = self.plan.seed;
        let first = self.first_operation + round as u64 * self.operations;
        (first..first + self.operations).map(move |number| Operation::new(number, round, seed))
    }

    pub(super) fn end_round(&mut self, settled: bool, stopped: Option<String>) {
        allocator::as_meter(|| self.record(settled, stopped));
    }

    fn record(&mut self, settled: bool, stopped: Option<String>) {
        let live = HeapCounts::now();
        let counts = self.counts();
        if stopped.is_some() {
            // Fewer operations than the others: it cannot stand in the series.
            self.stopped = stopped;
            return;
        }
        let handles = self.read_handles();
        let round = Round {
            operations: self.operations,
            allocations: counts.allocations - self.at_start.allocations,
            deallocations: counts.deallocations - self.at_start.deallocations,
            reallocations: counts.reallocations - self.at_start.reallocations,
            live_blocks: live.live_blocks(),
            live_bytes: live.live_bytes(),
            open_files: handles.open.map(|open| open.all),
            sockets: handles.open.map(|open| open.sockets),
            temporary_files: handles.temporary.map(|usage| usage.files),
            temporary_bytes: handles.temporary.map(|usage| usage.bytes),
            threads: handles.threads,
            tasks: self.watchers.tasks.as_mut().map(|alive| alive.read()),
            foreign_bytes: handles.foreign,
            resident_bytes: handles.resident,
            settled,
            nanoseconds: self.nanoseconds,
        };
        if self.pace.is_some() {
            self.first_operation += self.operations;
        } else {
            self.keep_round(round);
        }
        if let Some(observer) = &mut self.watchers.observer {
            observer(&round);
        }
    }

    /// Adds a round to the series that are judged.
    fn keep_round(&mut self, round: Round) {
        if let Some(Ok(groups)) = self.open_files.as_mut().ok().map(OpenFilesProbe::groups) {
            self.open[usize::from(!self.rounds.is_empty())] = groups;
        }
        self.rounds.push(round);
        for (readings, (_, gauge)) in self.gauges.iter_mut().zip(&mut self.watchers.gauges) {
            readings.push(gauge.read());
        }
        self.ledger.record();
    }

    fn read_handles(&mut self) -> Handles {
        let open = self.open_files.as_mut().ok().map(OpenFilesProbe::usage);
        let threads = self.threads.as_mut().ok().map(ThreadsProbe::count);
        let foreign = self.foreign.as_mut().ok().map(ForeignBytesProbe::bytes);
        let resident = self.resident.as_mut().ok().map(ResidentBytesProbe::bytes);
        let temporary = self.folder.as_mut().map(FolderProbe::usage);
        Handles {
            open: self.keep(&Self::OPEN, open),
            threads: self.keep(&[Resource::Threads], threads),
            foreign: self.keep(&[Resource::ForeignBytes], foreign),
            resident: self.keep(&[Resource::ResidentBytes], resident),
            temporary: self.keep(&Self::TEMPORARY, temporary),
        }
    }

    const OPEN: [Resource; 2] = [Resource::OpenFiles, Resource::Sockets];
    const TEMPORARY: [Resource; 2] = [Resource::TemporaryFiles, Resource::TemporaryBytes];

    /// The reading, or the reason why a probe that was to work does not.
    fn keep<T>(
        &mut self,
        resources: &[Resource],
        reading: Option<Result<T, Unavailable>>,
    ) -> Option<T> {
        reading?
            .map_err(|Unavailable(reason)| {
                self.failed.extend(resources.iter().map(|resource| (*resource, reason.clone())));
            })
            .ok()
    }

    pub(super) fn into_report(self) -> Report {
        let attribution = site::attribution();
        allocator::stop();
        let look = if self.plan.holders { HeapLook::Allowed } else { HeapLook::SwitchedOff };
        let judged = site::judge(&self.ledger, self.operations, &self.plan.excuses, look);
        // The workload is still alive, with all that it holds.
        let grows = judged.sites.iter().any(|site| site.verdict == Verdict::Growing);
        let holders =
            (self.plan.holders && grows).then(|| holders::of_growing(&judged.sites, &self.ledger));
        let unavailable = self.unavailable();
        let evidence = verdict::Evidence {
            rounds: &self.rounds,
            apart: &judged.apart,
            bounds: &self.plan.bounds,
            unavailable: &unavailable,
            failed: &self.failed,
            installed: self.installed,
            stopped: self.stopped.as_deref(),
        };
        let growth = verdict::judge(&evidence);
        let gauges: Vec<GaugeGrowth> = self
            .watchers
            .gauges
            .iter()
            .zip(self.gauges)
            .map(|((name, _), readings)| verdict::judge_gauge(name, readings, &evidence))
            .collect();
        let verdicts = growth
            .iter()
            .filter(|growth| verdict::counts(growth))
            .map(|growth| growth.verdict)
            .chain(gauges.iter().map(|gauge| gauge.verdict))
            .chain([site::overall(&judged, &attribution)]);
        Report {
            verdict: verdict::overall(verdicts),
            seed: self.plan.seed,
            rounds: self.rounds,
            unavailable,
            growth,
            open_files: more_open(&self.open),
            gauges,
            sites: judged.sites,
            holders,
            excused: judged
                .excused
                .into_iter()
                .map(|(site, reason)| Excused { site, reason })
                .collect(),
            other_tests_bytes: judged.other_tests_bytes,
            attribution,
            stopped: self.stopped,
        }
    }

    /// The resources that could not be measured from the start, each with the reason.
    fn unavailable(&self) -> BTreeMap<Resource, String> {
        let mut unavailable = BTreeMap::new();
        let open = self.open_files.as_ref().err();
        for (resource, refused) in [
            (Resource::OpenFiles, open),
            (Resource::Sockets, open),
            (Resource::Threads, self.threads.as_ref().err()),
            (Resource::ForeignBytes, self.foreign.as_ref().err()),
            (Resource::ResidentBytes, self.resident.as_ref().err()),
        ] {
            if let Some(Unavailable(reason)) = refused {
                unavailable.insert(resource, reason.clone());
            }
        }
        if self.plan.temporary_folder.is_none() {
            let reason = "no temporary folder was given";
            unavailable.extend(Self::TEMPORARY.map(|resource| (resource, reason.to_owned())));
        }
        if self.watchers.tasks.is_none() {
            unavailable.insert(Resource::Tasks, "no runtime was given".to_owned());
        }
        unavailable
    }
}

/// The groups that there are more of after the last round than after the first.
fn more_open([first, last]: &[BTreeMap<FileGroup, u64>; 2]) -> Vec<OpenFiles> {
    let before = |group| first.get(group).copied().unwrap_or(0);
    let mut more: Vec<OpenFiles> = last
        .iter()
        .map(|(group, count)| OpenFiles {
            group: group.clone(),
            first: before(group),
            last: *count,
        })
        .filter(|files| files.last > files.first)
        .collect();
    more.sort_by_key(|files| std::cmp::Reverse(files.last - files.first));
    more
}

/// What the process held besides its heap when the round ended.
struct Handles {
    open: Option<probe::OpenFiles>,
    threads: Option<u64>,
    foreign: Option<u64>,
    resident: Option<u64>,
    temporary: Option<FolderUsage>,
}
