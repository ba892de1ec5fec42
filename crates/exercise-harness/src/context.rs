//! What a trial is given, and what a bound trial gives back.

use std::cell::RefCell;
use std::fmt;
use std::path::{Path, PathBuf};

use leak_meter::soak::Pace;
use leak_meter::{HeapCounts, Resource, Round, Soak};
use serde::{Deserialize, Serialize};
use stats_alloc::INSTRUMENTED_SYSTEM;
use tokio::runtime::Handle;

type Observer = Box<dyn FnMut(&Round)>;
type Pacer = Box<dyn FnMut() -> Pace>;

/// The rounds of a soak that is not given another number. The authors of an exercise know that its service
/// has warmed up long before the last one, so a soak need not spend its time to find that out.
const ROUNDS: usize = 48;

/// What a trial is given: a folder of its own and a prepared soak.
pub struct Context {
    folder: PathBuf,
    settings: SoakSettings,
    observer: RefCell<Option<Observer>>,
    pacer: RefCell<Option<Pacer>>,
}

/// How a soak is to be run. Every field left `None` is the exercise's own.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SoakSettings {
    /// Rounds.
    pub rounds: Option<usize>,
    /// Operations per round.
    pub operations: Option<u64>,
    /// Where random choices come from.
    pub seed: Option<u64>,
    /// Whether to look for who holds what grows.
    pub holders: Option<bool>,
}

impl Context {
    pub(crate) fn new(folder: PathBuf, settings: SoakSettings) -> Self {
        Self { folder, settings, observer: RefCell::new(None), pacer: RefCell::new(None) }
    }

    pub(crate) fn observed_by(self, observer: impl FnMut(&Round) + 'static) -> Self {
        *self.observer.borrow_mut() = Some(Box::new(observer));
        self
    }

    pub(crate) fn paced_by(self, pacer: impl FnMut() -> Pace + 'static) -> Self {
        *self.pacer.borrow_mut() = Some(Box::new(pacer));
        self
    }

    /// A folder of this trial's own, empty at first and removed after it.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The soak of this exercise: its operations per round, this trial's folder as the temporary
    /// one, and whoever listens to the rounds.
    pub fn soak<'a>(&self) -> Soak<'a> {
        let mut soak = Soak::new()
            .operations_per_round(self.settings.operations.unwrap_or(1))
            .rounds(self.settings.rounds.unwrap_or(ROUNDS))
            .seed(self.settings.seed.unwrap_or(0))
            .counted_by(witness)
            .temporary_folder(&self.folder);
        if let Some(look) = self.settings.holders {
            soak = soak.holders(look);
        }
        if let Some(pacer) = self.pacer.borrow_mut().take() {
            soak = soak.paced(pacer);
        }
        match self.observer.borrow_mut().take() {
            Some(observer) => soak.observe(observer),
            None => soak,
        }
    }

    /// As [`soak`](Self::soak), for an asynchronous workload: the tasks of the current runtime are
    /// a resource, too. It is run with `run_async`, within [`block_on`](crate::runtime::block_on).
    ///
    /// # Panics
    /// Outside of a runtime.
    pub fn async_soak<'a>(&self) -> Soak<'a> {
        let runtime = Handle::current();
        self.soak().tasks(move || runtime.metrics().num_alive_tasks() as u64)
    }
}

/// What `stats_alloc` has counted: the witness whose counts of allocations the workshop compares.
fn witness() -> HeapCounts {
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

/// What a bound trial measured: a resource after much work, and the most it may be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bound {
    /// What was measured.
    pub resource: Resource,
    /// The reading after the work, in the resource's unit.
    pub measured: u64,
    /// The highest reading that is allowed.
    pub limit: u64,
    /// The work, to stand after "after": "20,000 different queries".
    pub after: String,
}

impl Bound {
    /// Whether the reading is within the limit.
    pub fn is_kept(&self) -> bool {
        self.measured <= self.limit
    }
}
