//! Watches a running service, and gives the verdict of a soak on what it has done so far.
//!
//! A difference between two [`Snapshot`](crate::Snapshot)s mixes a leak with everything else that happens to be live
//! at the second moment. A [`Watch`] takes readings as long as the service runs, and judges them as a
//! [`Soak`](crate::Soak) judges its rounds: a line that rises with the work until the end is growing, and one that
//! swings or fills up is not.
//!
//! ```
//! use std::sync::Arc;
//! use std::sync::atomic::{AtomicU64, Ordering};
//! use std::time::Duration;
//!
//! use leak_meter::{Allocator, Watch};
//!
//! #[global_allocator]
//! static METER: Allocator = Allocator::system();
//!
//! static REQUESTS: AtomicU64 = AtomicU64::new(0); // Incremented by each request.
//!
//! let watch = Arc::new(Watch::new().work("request", || REQUESTS.load(Ordering::Relaxed)));
//! let readings = watch.read_every(Duration::from_secs(10)).expect("a thread");
//! // ... on demand, for instance in a handler of `/debug/leaks`:
//! let report = watch.report();
//! println!("{report}");
//! # assert!(report.no_verdict.is_some() && report.lines.is_empty());
//! drop(readings); // The thread ends.
//! ```
//!
//! # What it costs
//! - A reading sums the counts of every thread. It takes no lock that a request can wait for, and stops no thread.
//! - At most 128 readings are stored. Each takes 24 bytes for every call stack whose live blocks ever changed: at most
//!   3 kB per call stack, and at most 50 MB if all 16,384 that the meter distinguishes change.
//! - A [report](Watch::report) resolves names and scans the heap, on the calling thread; the service keeps running. On
//!   an asynchronous runtime, call it where blocking is allowed.
//!
//! # Rounds of work
//! A verdict compares rounds of equal work, so a reading is taken only once enough work was done, and readings are
//! chosen at equal amounts of it: a quiet night adds nothing. Without a counter of work, time takes its place; choose
//! that too for growth that does not depend on requests.
//!
//! When 128 readings are stored, half of them are dropped, and the rounds become twice as long, until the history
//! covers the watch's [span](Watch::span). From then on the oldest half is dropped. Growth is judged within that
//! span: a swing or a fill that takes longer looks like a leak, and a leak that begins later is found after about
//! three eighths of the span. To have both, use two watches, one with a span of an hour and one with a span of days.
//!
//! # Layout
//! - `history`, `even`: the readings, at equal amounts of work.
//! - `judge`: the verdict; `report`, `text`: the result.
//! - `background`: a thread that takes the readings.
//! - `metrics`, `events`: reports for the facades `metrics` and `tracing`; `lines`: the names of lines in them.

mod background;
pub(crate) mod even;
#[cfg(feature = "tracing")]
mod events;
mod history;
mod judge;
#[cfg(any(feature = "metrics", feature = "tracing"))]
mod lines;
#[cfg(feature = "metrics")]
mod metrics;
mod report;
mod text;

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

pub use background::WatchThread;
#[cfg(feature = "tracing")]
pub use events::WatchEvents;
pub(crate) use judge::{Heap, Timeline};
#[cfg(feature = "metrics")]
pub use metrics::WatchMetrics;
pub use report::{WatchReport, WatchedLine};

use crate::allocator;
use crate::process::ProcessProbes;
use crate::series::Resource;
use crate::site::Suppressions;
use crate::switch;
use history::History;
use judge::Context;

/// Long enough to contain a day's swing.
const DEFAULT_SPAN: Duration = Duration::from_secs(24 * 3600);

/// A count that the service supplies.
type Counter = Box<dyn Fn() -> u64 + Send + Sync>;

/// The readings of a running service. See the [module](self).
pub struct Watch {
    began: Instant,
    work: Option<(String, Counter)>,
    tasks: Option<Counter>,
    span: Duration,
    suppressions: Suppressions,
    /// `None` before the first reading, and while the search for call sites is off.
    history: Mutex<Option<History>>,
}

/// What [`Watch::read`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Read {
    /// It took a reading.
    Taken,
    /// Too little work was done since the last reading.
    NotDue,
    /// The search for call sites is off; the history was dropped.
    Off,
}

impl Watch {
    /// A watch without readings. It neither takes readings by itself nor [switches call sites on](crate::switch).
    pub fn new() -> Self {
        Self {
            began: Instant::now(),
            work: None,
            tasks: None,
            span: DEFAULT_SPAN,
            suppressions: Suppressions::default(),
            history: Mutex::new(None),
        }
    }

    /// The work that the service has done so far, which never decreases, and its unit in the singular: `"request"`.
    #[must_use]
    pub fn work(self, unit: &str, done: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        Self { work: Some((unit.to_owned(), Box::new(done))), ..self }
    }

    /// The number of asynchronous tasks that are alive, as for [`Soak::tasks`](crate::Soak::tasks).
    #[must_use]
    pub fn tasks(self, alive: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        Self { tasks: Some(Box::new(alive)), ..self }
    }

    /// The maximum time that the history covers; 24 hours by default.
    #[must_use]
    pub fn span(self, span: Duration) -> Self {
        Self { span, ..self }
    }

    /// A file that lists acceptable growth, as for [`Soak::suppressions`](crate::Soak::suppressions).
    #[must_use]
    pub fn suppressions(mut self, file: impl AsRef<Path>) -> Self {
        self.suppressions.read(file.as_ref());
        self
    }

    /// Takes a reading if enough work was done since the last one.
    ///
    /// While the search for call sites is off, blocks cannot be attributed, so the history is dropped; it starts over
    /// with the first reading after the search was switched on. It also starts over if the counter of work decreases,
    /// or if the meter's table of call sites was renewed.
    pub fn read(&self) -> Read {
        allocator::as_meter(|| {
            // Locked first, so that a thread that reads at the same time cannot bring a smaller amount of work.
            let mut history = self.history();
            let work = self.work_done();
            let tasks = self.tasks.as_ref().map(|alive| alive());
            if !switch::is_on() {
                *history = None;
                return Read::Off;
            }
            let continues = history.as_ref().is_some_and(|history| history.continues(work));
            if !continues {
                *history = None;
            }
            let history = history.get_or_insert_with(History::begin);
            if !history.is_due(work) {
                return Read::NotDue;
            }
            history.read(work, tasks, self.span);
            Read::Taken
        })
    }

    /// The verdict so far, with what holds the blocks of growing lines. This may take seconds on the calling
    /// thread, while the program keeps running.
    #[inline(never)]
    pub fn report(&self) -> WatchReport {
        self.judge(true)
    }

    /// The verdict so far, without a scan of the heap. Growth that shrinking call sites may explain is Undecided.
    pub fn report_without_holders(&self) -> WatchReport {
        self.judge(false)
    }

    fn judge(&self, scans_heap: bool) -> WatchReport {
        allocator::as_meter(|| {
            let history = self.history();
            let (series, unavailable, failed, now) = match &*history {
                Some(history) => (
                    history.series(),
                    self.unavailable(history.probes()),
                    history.probes().failed.clone(),
                    history.last(),
                ),
                None => Default::default(),
            };
            // Readings are not delayed by the verdict.
            drop(history);
            let context = Context {
                unit: self.work.as_ref().map(|(unit, _)| unit.as_str()),
                suppressions: &self.suppressions,
                unavailable,
                failed,
                now,
                scans_heap,
                is_off: !switch::is_on(),
            };
            judge::report(&series, context)
        })
    }

    /// The resources that no watch measures.
    const NEVER_MEASURED: [Resource; 2] = [Resource::TemporaryFiles, Resource::TemporaryBytes];

    /// The resources that are not measured, with the reasons.
    fn unavailable(&self, probes: &ProcessProbes) -> BTreeMap<Resource, String> {
        let mut unavailable = probes.unavailable();
        let reason = "a watch counts no temporary files";
        for resource in Self::NEVER_MEASURED {
            unavailable.insert(resource, reason.to_owned());
        }
        if self.tasks.is_none() {
            unavailable.insert(Resource::Tasks, "no runtime was given".to_owned());
        }
        unavailable
    }

    /// The work so far; without a counter, the time in milliseconds.
    fn work_done(&self) -> u64 {
        match &self.work {
            Some((_, done)) => done(),
            None => u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX),
        }
    }

    /// Only readings and reports wait for each other here; requests never do.
    fn history(&self) -> MutexGuard<'_, Option<History>> {
        self.history.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Watch {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = self.work.as_ref().map(|(unit, _)| unit);
        formatter
            .debug_struct("Watch")
            .field("unit", &unit)
            .field("span", &self.span)
            .finish_non_exhaustive()
    }
}
