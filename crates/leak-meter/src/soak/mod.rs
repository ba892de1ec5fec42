//! Runs a workload in rounds, takes a reading after each, and judges the series.

mod budget;
mod operation;
mod pace;
mod recorder;
mod settle;
mod turn;

use std::fmt;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

pub use operation::{Operation, OperationResult};
pub use pace::Pace;

use crate::allocator::HeapCounts;
use crate::probe::Gauge;
use crate::report::Report;
use crate::series::{Resource, Round};
use crate::site::Excuses;
use budget::Budget;
use recorder::Recorder;
use turn::Turn;

/// Rounds at which a soak looks whether it can decide; each holds twice the evidence of the one
/// before.
const CHECKPOINTS: [usize; 4] = [12, 24, 48, 96];

/// What a program offers to bring its deferred work to rest.
type Step<'a> = Box<dyn FnMut() + 'a>;
/// Someone who wants to see each round as it ends.
type Observer<'a> = Box<dyn FnMut(&Round) + 'a>;

/// A reading that the program takes of itself.
type AnyGauge<'a> = Box<dyn Gauge + 'a>;

/// Another counter of allocations than the meter's.
type Counter<'a> = Box<dyn FnMut() -> HeapCounts + 'a>;

/// A soak: a workload run in rounds until its series are decided.
///
/// An operation is a round trip that should leave the system as it found it (connect ...
/// disconnect). Rounds double from 12 to 24, 48 and 96 while a verdict is open.
///
/// A soak counts all that its process allocates, so two in one process take turns: the second waits.
#[must_use = "a soak does nothing until it is run"]
pub struct Soak<'a> {
    plan: Plan,
    settle: Option<Step<'a>>,
    watchers: Watchers<'a>,
}

/// What is to be run.
#[derive(Debug, Clone)]
struct Plan {
    operations: Operations,
    rounds: Rounds,
    seed: u64,
    temporary_folder: Option<PathBuf>,
    bounds: Vec<(Resource, u64)>,
    excuses: Excuses,
    /// Whether to look for who holds what grows.
    holders: bool,
    /// What is wrong with how the soak was set up.
    fault: Option<String>,
}

/// Who looks at the program besides the meter.
#[derive(Default)]
struct Watchers<'a> {
    observer: Option<Observer<'a>>,
    pacer: Option<pace::Pacer<'a>>,
    tasks: Option<AnyGauge<'a>>,
    counter: Option<Counter<'a>>,
    gauges: Vec<(String, AnyGauge<'a>)>,
}

#[derive(Debug, Clone, Copy)]
enum Operations {
    PerRound(u64),
    Within(Budget),
}

#[derive(Debug, Clone, Copy)]
enum Rounds {
    Exactly(usize),
    UntilDecided { at_most: usize },
}

impl Rounds {
    /// The numbers of rounds at which to look whether it is decided; the last one ends the soak.
    fn checkpoints(self) -> Vec<usize> {
        match self {
            Self::Exactly(rounds) => vec![rounds],
            Self::UntilDecided { at_most } => CHECKPOINTS
                .into_iter()
                .filter(|checkpoint| *checkpoint < at_most)
                .chain([at_most])
                .collect(),
        }
    }
}

impl<'a> Soak<'a> {
    /// A soak of at most 96 rounds, with as many operations a round as fit into 10 seconds in all
    /// (or into the time in the environment variable `LEAK_METER_BUDGET`, see
    /// [`budget`](Self::budget)).
    pub fn new() -> Self {
        let (budget, fault) = match Budget::from_environment() {
            Ok(budget) => (budget, None),
            Err(fault) => (Budget::default(), Some(fault)),
        };
        let plan = Plan {
            operations: Operations::Within(budget),
            rounds: Rounds::UntilDecided { at_most: 96 },
            seed: 0,
            temporary_folder: None,
            bounds: Vec::new(),
            excuses: Excuses::default(),
            holders: true,
            fault,
        };
        Self { plan, settle: None, watchers: Watchers::default() }
    }

    /// The time that the whole soak may take. A first short round, which is not in the report, finds
    /// out how many operations a round can have. A budget too small for 12 rounds of one operation
    /// ends in a sentence, not in a verdict.
    ///
    /// The environment variable `LEAK_METER_BUDGET`, a number of seconds, goes before this.
    pub fn budget(mut self, budget: Duration) -> Self {
        match Budget::from_environment() {
            Ok(set) if set.is_from_environment() => self.plan.operations = Operations::Within(set),
            Ok(_) => self.plan.operations = Operations::Within(Budget::of(budget)),
            Err(fault) => self.plan.fault = Some(fault),
        }
        self
    }

    /// Operations in each round, at least one, whatever time they take: for runs that can be repeated
    /// exactly. A leak of one block in `n` operations shows as one
    /// block a round with `n` of them.
    pub fn operations_per_round(mut self, operations: u64) -> Self {
        self.plan.operations = Operations::PerRound(operations.max(1));
        // An unreadable budget does not matter to a soak that has none.
        self.plan.fault = None;
        self
    }

    /// Runs this number of rounds, whatever they show. Fewer than 12 are never decided.
    pub fn rounds(mut self, rounds: usize) -> Self {
        self.plan.rounds = Rounds::Exactly(rounds.max(1));
        self
    }

    /// Doubles the rounds while undecided, up to this number (at least 12).
    pub fn rounds_at_most(mut self, rounds: usize) -> Self {
        self.plan.rounds = Rounds::UntilDecided { at_most: rounds.max(CHECKPOINTS[0]) };
        self
    }

    /// Where the operations' random choices come from: the same seed, the same operations.
    pub fn seed(mut self, seed: u64) -> Self {
        self.plan.seed = seed;
        self
    }

    /// The folder that the workload uses for temporary storage; its files become a resource.
    pub fn temporary_folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.plan.temporary_folder = Some(folder.into());
        self
    }

    /// What the program offers to bring deferred work to rest; called before every reading.
    pub fn settle(mut self, settle: impl FnMut() + 'a) -> Self {
        self.settle = Some(Box::new(settle));
        self
    }

    /// Called with each round as it ends. What it allocates it must give back before it returns.
    pub fn observe(mut self, observer: impl FnMut(&Round) + 'a) -> Self {
        self.watchers.observer = Some(Box::new(observer));
        self
    }

    /// How many asynchronous tasks are alive, for instance
    /// `|| runtime.metrics().num_alive_tasks() as u64` of a tokio runtime's handle.
    pub fn tasks(mut self, alive: impl Gauge + 'a) -> Self {
        self.watchers.tasks = Some(Box::new(alive));
        self
    }

    /// Takes the allocations, deallocations and reallocations of each round from another counter,
    /// for instance from a counting allocator that the meter wraps. Live blocks and bytes stay the
    /// meter's own.
    pub fn counted_by(mut self, counter: impl FnMut() -> HeapCounts + 'a) -> Self {
        self.watchers.counter = Some(Box::new(counter));
        self
    }

    /// A [`Gauge`] of the program's own, often a closure, read after each round and judged like a
    /// resource: subscribers, the length of a queue.
    pub fn gauge(mut self, name: impl Into<String>, gauge: impl Gauge + 'a) -> Self {
        self.watchers.gauges.push((name.into(), Box::new(gauge)));
        self
    }

    /// Declares that `resource` may grow up to `limit`, in its unit: below it is not Growing.
    pub fn bound(mut self, resource: Resource, limit: u64) -> Self {
        self.plan.bounds.push((resource, limit));
        self
    }

    /// Declares that the live blocks of a place may grow up to `bytes`. `place` is a function, by the
    /// end of its path (`"Cache::insert"`), or a finding's signature.
    pub fn bound_site(mut self, place: &str, bytes: u64) -> Self {
        self.plan.excuses.bound(place, bytes);
        self
    }

    /// A file of findings that are known and may stay: on each line the signature that a report
    /// shows, a blank and the reason. A file that cannot be read ends the soak with a sentence.
    pub fn known_findings(mut self, file: impl AsRef<std::path::Path>) -> Self {
        if let Err(fault) = self.plan.excuses.read_known(file.as_ref()) {
            self.plan.fault = Some(fault);
        }
        self
    }

    /// Whether to look at the end, where something grows, for [who holds it](crate::holders). On unless
    /// it is turned off; it takes about a second for a million live blocks.
    pub fn holders(mut self, look: bool) -> Self {
        self.plan.holders = look;
        self
    }

    /// Runs `workload` once per operation and judges what stayed.
    ///
    /// A workload may return a `Result`: an error ends the soak, and the report says where.
    pub fn run<R: OperationResult>(mut self, mut workload: impl FnMut(Operation) -> R) -> Report {
        let _turn = Turn::wait();
        let mut first = self.first_round();
        while let Some(operation) = first.next() {
            first.stopped = workload(operation).stopped_by(operation);
        }
        let mut recorder = Recorder::new(self.plan, self.watchers, &first);
        while recorder.goes_on() {
            if recorder.waits() {
                thread::sleep(pace::LOOK);
                continue;
            }
            recorder.begin_round();
            let stopped = recorder
                .operations()
                .find_map(|operation| workload(operation).stopped_by(operation));
            recorder.end_operations();
            let settled = settle::settle(self.settle.as_deref_mut());
            recorder.end_round(settled, stopped);
        }
        recorder.into_report()
    }

    /// As [`run`](Self::run), for an asynchronous workload on any runtime. While it settles it
    /// yields, so that tasks of a runtime with a single thread can end.
    pub async fn run_async<R: OperationResult>(
        mut self,
        mut workload: impl AsyncFnMut(Operation) -> R,
    ) -> Report {
        let _turn = Turn::wait_async().await;
        let mut first = self.first_round();
        while let Some(operation) = first.next() {
            first.stopped = workload(operation).await.stopped_by(operation);
        }
        let mut recorder = Recorder::new(self.plan, self.watchers, &first);
        while recorder.goes_on() {
            if recorder.waits() {
                thread::sleep(pace::LOOK);
                settle::yield_now().await;
                continue;
            }
            recorder.begin_round();
            let mut stopped = None;
            for operation in recorder.operations() {
                stopped = workload(operation).await.stopped_by(operation);
                if stopped.is_some() {
                    break;
                }
            }
            recorder.end_operations();
            let settled = settle::settle_async(self.settle.as_deref_mut()).await;
            recorder.end_round(settled, stopped);
        }
        recorder.into_report()
    }
}

impl Default for Soak<'_> {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Soak<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Soak").field("plan", &self.plan).finish_non_exhaustive()
    }
}
