//! What a trial's code is given.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::path::{Path, PathBuf};

use leak_meter::soak::Pace;
use leak_meter::{HeapCounts, Round, Soak};
use stats_alloc::INSTRUMENTED_SYSTEM;
use tokio::runtime::Handle;

use super::event_writer::EventWriter;
use super::limits;
use crate::protocol::event::Event;
use crate::protocol::limits::Limits;
use crate::protocol::request::{SoakSettings, TrialRequest};

type Observer = Box<dyn FnMut(&Round)>;
type Pacer = Box<dyn FnMut() -> Pace>;

/// The number of rounds of an ordinary soak. Exercises are written so that their services warm up
/// long before the last one, so a soak need not extend itself.
const ROUNDS: usize = 48;

/// What a trial is given: a folder of its own and a prepared soak.
pub struct Context {
    folder: PathBuf,
    /// Holds the trial's folder, its temporary files and its current folder.
    root: PathBuf,
    settings: SoakSettings,
    observer: RefCell<Option<Observer>>,
    pacer: RefCell<Option<Pacer>>,
    events: EventWriter,
    /// The first soak imposes the limit of spare memory, if there is one.
    limits: Cell<Limits>,
}

impl Context {
    pub(super) fn new(request: &TrialRequest, settings: SoakSettings, events: EventWriter) -> Self {
        Self {
            folder: request.folders.files(),
            root: request.folders.root.clone(),
            settings,
            observer: RefCell::new(None),
            pacer: RefCell::new(None),
            events,
            limits: Cell::new(request.limits),
        }
    }

    pub(super) fn observed_by(self, observer: impl FnMut(&Round) + 'static) -> Self {
        *self.observer.borrow_mut() = Some(Box::new(observer));
        self
    }

    pub(super) fn paced_by(self, pacer: impl FnMut() -> Pace + 'static) -> Self {
        *self.pacer.borrow_mut() = Some(Box::new(pacer));
        self
    }

    /// The trial's own folder. It is empty at first and removed after the trial.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Reports that some work outside of a soak is done. A trial without an event for 30 s is ended,
    /// so a trial that takes seconds must call this now and then: on a busy machine, it takes many
    /// times as long.
    pub fn progress(&self) {
        // A failed write does not go unnoticed: the reader rejects a stream that lacks a line.
        let _ = self.events.write(&Event::Progress);
    }

    /// A soak with the exercise's operations per round. It counts the files in the trial's folder,
    /// in the system's folder for temporary files and in the current folder. The first soak of a
    /// trial also streams its rounds.
    pub fn soak<'a>(&self) -> Soak<'a> {
        let rounds = self.settings.rounds.unwrap_or(ROUNDS);
        let mut soak = Soak::new()
            .operations_per_round(self.settings.operations.unwrap_or(1))
            .rounds(rounds)
            .seed(self.settings.seed.unwrap_or(0))
            .counted_by(stats_alloc_counts)
            .temporary_folder(&self.root);
        if let Some(holders) = self.settings.holders {
            soak = soak.holders(holders);
        }
        if let Some(pacer) = self.pacer.borrow_mut().take() {
            soak = soak.paced(pacer);
        }
        let observer = self.observer.borrow_mut().take();
        if let Limits::SpareMemory(bytes) = self.limits.take() {
            limits::impose_spare(bytes);
            return soak.observe(lifting_the_limit(rounds, observer));
        }
        match observer {
            Some(observer) => soak.observe(observer),
            None => soak,
        }
    }

    /// Like [`soak`](Self::soak), for an asynchronous workload: also measures the number of tasks
    /// of the current runtime. Run it with `run_async`, inside
    /// [`block_on`](crate::runtime::block_on).
    ///
    /// # Panics
    /// Outside of a runtime.
    pub fn async_soak<'a>(&self) -> Soak<'a> {
        let runtime = Handle::current();
        self.soak().tasks(move || runtime.metrics().num_alive_tasks() as u64)
    }
}

/// An observer that passes each round on to `observer`, and lifts the memory limit after the last of
/// `rounds`: the memory for the report is not the service's.
fn lifting_the_limit(rounds: usize, observer: Option<Observer>) -> impl FnMut(&Round) {
    let mut observer = observer.unwrap_or_else(|| Box::new(|_| {}));
    let mut left = rounds;
    move |round| {
        observer(round);
        left = left.saturating_sub(1);
        if left == 0 {
            limits::lift_spare();
        }
    }
}

/// The counts of `stats_alloc`, which the soak compares with its own.
fn stats_alloc_counts() -> HeapCounts {
    let stats = INSTRUMENTED_SYSTEM.stats();
    let mut counts = HeapCounts::default();
    counts.allocations = stats.allocations as u64;
    counts.deallocations = stats.deallocations as u64;
    counts.reallocations = stats.reallocations as u64;
    counts.allocated_bytes = stats.bytes_allocated as u64;
    counts.deallocated_bytes = stats.bytes_deallocated as u64;
    counts
}

impl fmt::Debug for Context {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Context")
            .field("folder", &self.folder)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
