//! What a trial's code is given.

use std::cell::RefCell;
use std::fmt;
use std::path::{Path, PathBuf};

use leak_meter::soak::Pace;
use leak_meter::{HeapCounts, Round, Soak};
use stats_alloc::INSTRUMENTED_SYSTEM;
use tokio::runtime::Handle;

use crate::protocol::request::{SoakSettings, TrialFolders};

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
}

impl Context {
    pub(super) fn new(folders: &TrialFolders, settings: SoakSettings) -> Self {
        let (folder, root) = (folders.files(), folders.root.clone());
        Self { folder, root, settings, observer: RefCell::new(None), pacer: RefCell::new(None) }
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

    /// A soak with the exercise's operations per round. It counts the files in the trial's folder,
    /// in the system's folder for temporary files and in the current folder. The first soak of a
    /// trial also streams its rounds.
    pub fn soak<'a>(&self) -> Soak<'a> {
        let mut soak = Soak::new()
            .operations_per_round(self.settings.operations.unwrap_or(1))
            .rounds(self.settings.rounds.unwrap_or(ROUNDS))
            .seed(self.settings.seed.unwrap_or(0))
            .counted_by(stats_alloc_counts)
            .temporary_folder(&self.root);
        if let Some(holders) = self.settings.holders {
            soak = soak.holders(holders);
        }
        if let Some(pacer) = self.pacer.borrow_mut().take() {
            soak = soak.paced(pacer);
        }
        match self.observer.borrow_mut().take() {
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
