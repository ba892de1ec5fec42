//! Runs a workload in rounds, takes a reading after each, and judges the series.

mod operation;
mod recorder;
mod settle;

use std::fmt;
use std::path::PathBuf;

pub use operation::{Operation, OperationResult};

use crate::report::Report;
use crate::series::Round;
use recorder::Recorder;

/// Rounds at which a soak looks whether it can decide; each holds twice the evidence of the one
/// before.
const CHECKPOINTS: [usize; 4] = [12, 24, 48, 96];

/// What a program offers to bring its deferred work to rest.
type Step<'a> = Box<dyn FnMut() + 'a>;
/// Someone who wants to see each round as it ends.
type Observer<'a> = Box<dyn FnMut(&Round) + 'a>;

/// A soak: a workload run in rounds until its series are decided.
///
/// An operation is a round trip that should leave the system as it found it (connect ...
/// disconnect). Rounds double from 12 to 24, 48 and 96 while a verdict is open.
#[must_use = "a soak does nothing until it is run"]
pub struct Soak<'a> {
    operations: u64,
    rounds: Rounds,
    seed: u64,
    temporary_folder: Option<PathBuf>,
    settle: Option<Step<'a>>,
    observer: Option<Observer<'a>>,
}

#[derive(Debug, Clone, Copy)]
enum Rounds {
    Exactly(usize),
    UntilDecided { at_most: usize },
}

impl<'a> Soak<'a> {
    /// A soak of 100 operations a round, in at most 96 rounds.
    pub fn new() -> Self {
        Self {
            operations: 100,
            rounds: Rounds::UntilDecided { at_most: 96 },
            seed: 0,
            temporary_folder: None,
            settle: None,
            observer: None,
        }
    }

    /// Operations in each round, at least one. A leak of one block in `n` operations shows as one
    /// block a round with `n` of them.
    pub fn operations_per_round(mut self, operations: u64) -> Self {
        self.operations = operations.max(1);
        self
    }

    /// Runs this number of rounds, whatever they show. Fewer than 12 are never decided.
    pub fn rounds(mut self, rounds: usize) -> Self {
        self.rounds = Rounds::Exactly(rounds.max(1));
        self
    }

    /// Doubles the rounds while undecided, up to this number (at least 12).
    pub fn rounds_at_most(mut self, rounds: usize) -> Self {
        self.rounds = Rounds::UntilDecided { at_most: rounds.max(CHECKPOINTS[0]) };
        self
    }

    /// Where the operations' random choices come from: the same seed, the same operations.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The folder that the workload uses for temporary storage; its files become a resource.
    pub fn temporary_folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.temporary_folder = Some(folder.into());
        self
    }

    /// What the program offers to bring deferred work to rest; called before every reading.
    pub fn settle(mut self, settle: impl FnMut() + 'a) -> Self {
        self.settle = Some(Box::new(settle));
        self
    }

    /// Called with each round as it ends. What it allocates it must give back before it returns.
    pub fn observe(mut self, observer: impl FnMut(&Round) + 'a) -> Self {
        self.observer = Some(Box::new(observer));
        self
    }

    /// Runs `workload` once per operation and judges what stayed.
    ///
    /// A workload may return a `Result`: an error ends the soak, and the report says where.
    pub fn run<R: OperationResult>(self, mut workload: impl FnMut(Operation) -> R) -> Report {
        let (mut recorder, mut settle) = self.start();
        while recorder.goes_on() {
            recorder.begin_round();
            let stopped = recorder
                .operations()
                .find_map(|operation| workload(operation).stopped_by(operation));
            recorder.end_operations();
            let settled = settle::settle(settle.as_deref_mut());
            recorder.end_round(settled, stopped);
        }
        recorder.into_report()
    }

    /// As [`run`](Self::run), for an asynchronous workload on any runtime. While it settles it
    /// yields, so that tasks of a runtime with a single thread can end.
    pub async fn run_async<R: OperationResult>(
        self,
        mut workload: impl AsyncFnMut(Operation) -> R,
    ) -> Report {
        let (mut recorder, mut settle) = self.start();
        while recorder.goes_on() {
            recorder.begin_round();
            let mut stopped = None;
            for operation in recorder.operations() {
                stopped = workload(operation).await.stopped_by(operation);
                if stopped.is_some() {
                    break;
                }
            }
            recorder.end_operations();
            let settled = settle::settle_async(settle.as_deref_mut()).await;
            recorder.end_round(settled, stopped);
        }
        recorder.into_report()
    }

    fn start(self) -> (Recorder<'a>, Option<Step<'a>>) {
        let checkpoints = match self.rounds {
            Rounds::Exactly(rounds) => vec![rounds],
            Rounds::UntilDecided { at_most } => CHECKPOINTS
                .into_iter()
                .filter(|checkpoint| *checkpoint < at_most)
                .chain([at_most])
                .collect(),
        };
        let recorder = Recorder::new(
            self.operations,
            checkpoints,
            self.seed,
            self.temporary_folder,
            self.observer,
        );
        (recorder, self.settle)
    }
}

impl Default for Soak<'_> {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Soak<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Soak")
            .field("operations", &self.operations)
            .field("rounds", &self.rounds)
            .field("seed", &self.seed)
            .field("temporary_folder", &self.temporary_folder)
            .finish_non_exhaustive()
    }
}
