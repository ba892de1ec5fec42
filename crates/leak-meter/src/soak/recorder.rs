//! Takes the readings of a soak without disturbing them.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Instant;

use super::{Observer, Operation};
use crate::allocator::{self, HeapCounts};
use crate::probe::{FolderProbe, FolderUsage, OpenFilesProbe, ThreadsProbe, Unavailable};
use crate::report::Report;
use crate::series::{Resource, Round};
use crate::verdict;

/// The state of a running soak. All that grows with the rounds is reserved before the first one.
pub(super) struct Recorder<'a> {
    operations: u64,
    checkpoints: Vec<usize>,
    seed: u64,
    observer: Option<Observer<'a>>,
    installed: bool,
    open_files: Result<OpenFilesProbe, Unavailable>,
    threads: Result<ThreadsProbe, Unavailable>,
    folder: Option<Result<FolderProbe, Unavailable>>,
    at_start: HeapCounts,
    began: Instant,
    nanoseconds: u64,
    rounds: Vec<Round>,
    /// Why a probe that had worked failed, by resource.
    failed: BTreeMap<Resource, String>,
    stopped: Option<String>,
}

impl<'a> Recorder<'a> {
    pub(super) fn new(
        operations: u64,
        checkpoints: Vec<usize>,
        seed: u64,
        folder: Option<PathBuf>,
        observer: Option<Observer<'a>>,
    ) -> Self {
        let rounds = Vec::with_capacity(checkpoints.last().copied().unwrap_or(0));
        let mut recorder = Self {
            operations,
            checkpoints,
            seed,
            observer,
            installed: allocator::is_installed(),
            open_files: OpenFilesProbe::new(),
            threads: ThreadsProbe::new(),
            folder: folder.map(FolderProbe::new),
            at_start: HeapCounts::default(),
            began: Instant::now(),
            nanoseconds: 0,
            rounds,
            failed: BTreeMap::new(),
            stopped: None,
        };
        // A probe reserves its buffer at its first reading, which must not fall into a round.
        recorder.read_handles();
        recorder
    }

    /// Whether another round is to be run: the last one ended neither the workload nor the doubt.
    pub(super) fn goes_on(&self) -> bool {
        let done = self.rounds.len();
        let last = self.checkpoints.last().is_none_or(|last| done >= *last);
        if last || self.stopped.is_some() {
            return false;
        }
        !self.checkpoints.contains(&done) || !verdict::is_decided(&self.rounds)
    }

    pub(super) fn begin_round(&mut self) {
        self.at_start = HeapCounts::now();
        self.began = Instant::now();
    }

    /// The operations are done; settling does not count as their time.
    pub(super) fn end_operations(&mut self) {
        self.nanoseconds = u64::try_from(self.began.elapsed().as_nanos()).unwrap_or(u64::MAX);
    }

    /// The operations of the round that is under way.
    pub(super) fn operations(&self) -> impl Iterator<Item = Operation> + use<> {
        let round = self.rounds.len();
        let seed = self.seed;
        let first = round as u64 * self.operations;
        (first..first + self.operations).map(move |number| Operation::new(number, round, seed))
    }

    pub(super) fn end_round(&mut self, settled: bool, stopped: Option<String>) {
        let counts = HeapCounts::now();
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
            live_blocks: counts.live_blocks(),
            live_bytes: counts.live_bytes(),
            open_files: handles.open_files,
            temporary_files: handles.temporary.map(|usage| usage.files),
            temporary_bytes: handles.temporary.map(|usage| usage.bytes),
            threads: handles.threads,
            tasks: None,
            settled,
            nanoseconds: self.nanoseconds,
        };
        self.rounds.push(round);
        if let Some(observer) = &mut self.observer {
            observer(&round);
        }
    }

    fn read_handles(&mut self) -> Handles {
        let open_files = self.open_files.as_mut().ok().map(OpenFilesProbe::count);
        let threads = self.threads.as_mut().ok().map(ThreadsProbe::count);
        let folder = self.folder.as_mut().and_then(|folder| folder.as_mut().ok());
        let temporary = folder.map(FolderProbe::usage);
        Handles {
            open_files: self.keep(&[Resource::OpenFiles], open_files),
            threads: self.keep(&[Resource::Threads], threads),
            temporary: self.keep(&Self::TEMPORARY, temporary),
        }
    }

    const TEMPORARY: [Resource; 2] = [Resource::TemporaryFiles, Resource::TemporaryBytes];

    /// The reading, or the reason why a probe that had worked no longer does.
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
        let mut unavailable = BTreeMap::new();
        if let Err(Unavailable(reason)) = &self.open_files {
            unavailable.insert(Resource::OpenFiles, reason.clone());
        }
        if let Err(Unavailable(reason)) = &self.threads {
            unavailable.insert(Resource::Threads, reason.clone());
        }
        let without_folder = match &self.folder {
            None => Some("no temporary folder was given".to_owned()),
            Some(Err(Unavailable(reason))) => Some(reason.clone()),
            Some(Ok(_)) => None,
        };
        for resource in Self::TEMPORARY {
            if let Some(reason) = &without_folder {
                unavailable.insert(resource, reason.clone());
            }
        }
        unavailable.insert(Resource::Tasks, "no runtime was given".to_owned());
        let evidence = verdict::Evidence {
            rounds: &self.rounds,
            unavailable: &unavailable,
            failed: &self.failed,
            installed: self.installed,
            stopped: self.stopped.as_deref(),
        };
        let (verdict, growth) = verdict::judge(&evidence);
        Report {
            verdict,
            seed: self.seed,
            rounds: self.rounds,
            unavailable,
            growth,
            stopped: self.stopped,
        }
    }
}

/// What the process held besides its heap when the round ended.
struct Handles {
    open_files: Option<u64>,
    threads: Option<u64>,
    temporary: Option<FolderUsage>,
}
