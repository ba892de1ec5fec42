//! Runs a workload in rounds, takes a reading after each, and judges the series.

mod handles;
mod operation;
mod pace;
mod plan;
mod recorder;
mod run;
mod schedule;
mod settle;
mod soak_lock;

use std::fmt;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub use operation::{Operation, OperationResult};
pub use pace::Pace;

use crate::allocator::HeapCounts;
use crate::probe::Gauge;
use crate::series::{Resource, Round};
use plan::{Plan, Rounds, Work};
use settle::{FutureStep, Settling};

/// The minimum number of rounds for a verdict.
const FEWEST_ROUNDS: usize = crate::verdict::decide::FEWEST_ROUNDS;

/// A callback that receives each round as it ends.
type Observer<'a> = Box<dyn FnMut(&Round) + 'a>;

/// A reading that the program defines.
type AnyGauge<'a> = Box<dyn Gauge + 'a>;

/// A counter of allocations other than the meter's.
type Counter<'a> = Box<dyn FnMut() -> HeapCounts + 'a>;

/// A soak: runs a workload in rounds and judges the readings.
///
/// An operation is a round trip that should leave the system as it found it (connect ... disconnect). A soak
/// uses its whole budget, which is 10 seconds by default: what looks like a leak at first may be a cache that
/// fills, and a workload that looks steady may begin to leak later. Within the budget it has at least 96
/// rounds, each with as many operations as fit.
///
/// A soak counts everything that its process allocates, so two soaks in one process take turns: the second one
/// waits.
#[must_use = "a soak does nothing until it is run"]
pub struct Soak<'a> {
    plan: Plan,
    settling: Settling<'a>,
    watchers: Watchers<'a>,
}

/// Observers of the program besides the meter.
#[derive(Default)]
struct Watchers<'a> {
    observer: Option<Observer<'a>>,
    pacer: Option<pace::Pacer<'a>>,
    tasks: Option<AnyGauge<'a>>,
    counter: Option<Counter<'a>>,
    gauges: Vec<(String, AnyGauge<'a>)>,
}

impl<'a> Soak<'a> {
    /// A soak of 10 seconds, or of the time in the environment variable `LEAK_METER_BUDGET` (see
    /// [`budget`](Self::budget)).
    pub fn new() -> Self {
        Self { plan: Plan::new(), settling: Settling::default(), watchers: Watchers::default() }
    }

    /// The time for the whole soak: the load with its settling, and the rest after it unless
    /// [`rest`](Self::rest) sets one. The report takes up to two more seconds, and up to ten if something grows
    /// and the [holders](Self::holders) in a large heap are looked for.
    ///
    /// The soak begins with rounds of one operation and makes them longer while there is time. If the
    /// operations slow down, it ends in time with fewer rounds. If the budget does not suffice for 12
    /// operations, the report has an explanation instead of a verdict.
    ///
    /// The environment variable `LEAK_METER_BUDGET`, a number of seconds, takes precedence.
    pub fn budget(mut self, budget: Duration) -> Self {
        self.plan.set_budget(budget);
        self
    }

    /// The number of operations in each round, at least one, however long they take. Such runs can be repeated
    /// exactly. There are 96 rounds unless [`rounds`](Self::rounds) sets another number.
    ///
    /// A leak of one block in `n` operations shows up as one block in each round of `n` operations.
    pub fn operations_per_round(mut self, operations: u64) -> Self {
        self.plan.work = Work::PerRound(operations.max(1));
        // An unreadable budget does not matter to a soak without one.
        self.plan.fault = None;
        self
    }

    /// Runs this number of rounds. Fewer than 12 decide nothing, and fewer than about 50 cannot distinguish a
    /// leak from a cache that is still filling: use so few only for workloads that are known to have warmed up
    /// by then.
    pub fn rounds(mut self, rounds: usize) -> Self {
        self.plan.rounds = Rounds::Exactly(rounds.max(1));
        self
    }

    /// Runs at most this number of rounds (at least 12).
    pub fn rounds_at_most(mut self, rounds: usize) -> Self {
        self.plan.rounds = Rounds::AtMost(rounds.max(FEWEST_ROUNDS));
        self
    }

    /// Ends the soak after 24, 48 or 96 rounds if it is decided by then, instead of using the whole time. The
    /// answer is quicker but less certain: a cache that is still filling looks like a leak.
    pub fn stop_early(mut self) -> Self {
        self.plan.stops_early = true;
        self
    }

    /// How long to rest after the load before a last reading, if something grew: growth that is gone by then is
    /// no leak. If a store's entries expire, rest for at least their time to live. This time is added to the
    /// budget. By default, the rest takes a fiftieth of the budget and is part of it; there is none if the
    /// operations per round are fixed.
    ///
    /// A vector or table keeps its capacity when it is emptied. If blocks that it may have held were freed,
    /// growth of its capacity is Undecided; a [bound](Self::bound_site) decides.
    pub fn rest(mut self, rest: Duration) -> Self {
        self.plan.rest = Some(rest);
        self
    }

    /// The seed for the random choices of operations: the same seed repeats the same operations.
    pub fn seed(mut self, seed: u64) -> Self {
        self.plan.seed = seed;
        self
    }

    /// The folder that the workload uses for temporary storage. Its files become a resource.
    pub fn temporary_folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.plan.temporary_folder = Some(folder.into());
        self
    }

    /// A step that finishes deferred work. It is called before every reading, and once more if the counts still
    /// change. Its time is part of the budget. To share state between this step and the workload, use a
    /// `RefCell`: see [the recipe](crate::guide::recipes).
    pub fn settle(mut self, step: impl FnMut() + 'a) -> Self {
        self.settling.step = Some(Box::new(step));
        self
    }

    /// Like [`settle`](Self::settle), for [`run_async`](Self::run_async). This waits for work that lingers
    /// after an operation, such as a connection that closes after a grace period:
    ///
    /// ```
    /// # use leak_meter::Soak;
    /// # use std::time::Duration;
    /// let soak = Soak::new().settle_async(|| tokio::time::sleep(Duration::from_millis(40)));
    /// # drop(soak);
    /// ```
    pub fn settle_async<F>(mut self, step: impl FnMut() -> F + 'a) -> Self
    where
        F: Future<Output = ()> + 'a,
    {
        self.settling.async_step = Some(Box::new(FutureStep::new(step)));
        self
    }

    /// Called with each round as it ends. It must free everything that it allocates before it returns.
    pub fn observe(mut self, observer: impl FnMut(&Round) + 'a) -> Self {
        self.watchers.observer = Some(Box::new(observer));
        self
    }

    /// The number of asynchronous tasks that are alive; for a handle of a tokio runtime,
    /// `|| runtime.metrics().num_alive_tasks() as u64` (stable since tokio 1.39).
    pub fn tasks(mut self, alive: impl Gauge + 'a) -> Self {
        self.watchers.tasks = Some(Box::new(alive));
        self
    }

    /// Takes the allocations, deallocations and reallocations of each round from another counter, such as a
    /// counting allocator that the meter wraps. Live blocks and bytes still come from the meter.
    ///
    /// ```
    /// use leak_meter::{HeapCounts, Soak};
    /// # struct Other { allocations: u64 }
    /// # fn other_counter() -> Other { Other { allocations: 1 } }
    ///
    /// let soak = Soak::new().counted_by(|| {
    ///     let mut counts = HeapCounts::default();
    ///     counts.allocations = other_counter().allocations;
    ///     counts
    /// });
    /// # drop(soak);
    /// ```
    pub fn counted_by(mut self, counter: impl FnMut() -> HeapCounts + 'a) -> Self {
        self.watchers.counter = Some(Box::new(counter));
        self
    }

    /// A [`Gauge`] defined by the program, often a closure. It is read after each round and judged like a
    /// resource: subscribers, the length of a queue.
    pub fn gauge(mut self, name: impl Into<String>, gauge: impl Gauge + 'a) -> Self {
        self.watchers.gauges.push((name.into(), Box::new(gauge)));
        self
    }

    /// Declares that `resource` may grow up to `limit`, in its unit. Growth below the limit is not Growing.
    pub fn bound(mut self, resource: Resource, limit: u64) -> Self {
        self.plan.bounds.push((resource, limit));
        self
    }

    /// Declares that the live blocks of a place may grow up to `bytes`. `place` is the end of a function's path
    /// (`"Cache::insert"`) or the signature of a finding.
    pub fn bound_site(mut self, place: &str, bytes: u64) -> Self {
        self.plan.suppressions.bound(place, bytes);
        self
    }

    /// A file of suppressions. Each line contains a signature from a report, a space, and the reason why this
    /// growth is acceptable; lines that begin with `#` are comments. If the file cannot be read, the report has
    /// an explanation instead of a verdict.
    pub fn suppressions(mut self, file: impl AsRef<Path>) -> Self {
        self.plan.suppressions.read(file.as_ref());
        self
    }

    /// Whether to find out [what holds the memory](crate::holders) at the end, if something grows. On by
    /// default; it takes about a second for a million live blocks.
    #[cfg(feature = "holders")]
    pub fn holders(mut self, find: bool) -> Self {
        self.plan.holders = find;
        self
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
