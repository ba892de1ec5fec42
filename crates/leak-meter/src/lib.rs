//! Find out in a test whether a workload leaks, and how much per operation.
//!
//! ```
//! use leak_meter::{Allocator, Soak, Verdict};
//!
//! #[global_allocator]
//! static METER: Allocator = Allocator::system();
//!
//! let mut listeners = Vec::new();
//! let report = Soak::new()
//!     .operations_per_round(10)
//!     .run(|operation| listeners.push(Box::new(operation.number())));
//! assert_eq!(report.verdict, Verdict::Growing);
//! ```
//!
//! # Layout
//! - [`allocator`]: the counting global allocator that wraps another one.
//! - [`probe`]: what is open or alive right now: heap, open files, threads, files in a folder.
//! - [`soak`]: runs a workload in rounds and takes a reading after each.
//! - [`series`]: the readings, and the names of the resources in them.
//! - [`verdict`]: pure functions from a series of numbers to Growing, Steady or Undecided.
//! - [`site`]: the places in the program whose blocks stay.
//! - [`snapshot`]: what is live now, and what came since an earlier moment.
//! - [`holders`]: what keeps the blocks of a place alive.
//! - [`report`]: what a soak found: serialisable, printable.
//! - [`units`]: figures as people read them.
//!
//! Absent on purpose: this crate never prints, starts no thread, reads no environment variable and
//! knows nothing of the programs that use it.
//!
//! # Glossary
//! - *allocation*: one successful call of the allocator for a new block; a *reallocation* resizes
//!   a block; a *deallocation* gives it back.
//! - *live blocks*, *live bytes*: what was allocated and not yet given back, in the sizes that the
//!   program asked for (an allocator's own headers and padding are not in them).
//! - *operation*: one round trip that should leave the system as it found it.
//! - *round*: many operations, followed by one reading. A *soak* is the whole measurement.
//! - *warm-up*: the first quarter of the rounds, which no verdict looks at.
//! - *settling*: waiting, within a bound, until deferred work has stopped moving the counts.
//! - *growth*: what stays retained per operation.
//! - *verdict*: [`Verdict::Growing`], [`Verdict::Steady`] or [`Verdict::Undecided`].

pub mod allocator;
pub mod holders;
pub mod probe;
pub mod report;
pub mod series;
pub mod site;
pub mod snapshot;
pub mod soak;
pub mod units;
pub mod verdict;

pub use allocator::{Allocator, HeapCounts};
pub use holders::Holders;
pub use report::{Growth, Report};
pub use series::{Resource, Round};
pub use snapshot::Snapshot;
pub use soak::{Operation, Soak};
pub use verdict::Verdict;
