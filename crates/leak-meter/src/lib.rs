//! Find out in a test whether a workload leaks, how much per operation, and from which line.
//!
//! Put the test in a file of its own under `tests/`, since a soak counts everything that its process allocates:
//!
//! ```
//! use leak_meter::{Allocator, Soak};
//!
//! #[global_allocator]
//! static METER: Allocator = Allocator::system();
//!
//! # /*
//! #[test]
//! # */
//! fn sessions_do_not_leak() {
//!     # struct Service; impl Service { fn start() -> Self { Self } fn session(&self, _: u64) {} }
//!     let service = Service::start();
//!     Soak::new()
//!         .run(|operation| service.session(operation.number()))
//!         .assert_steady();
//! }
//! # sessions_do_not_leak();
//! ```
//!
//! A failed assertion prints what grows, how much per operation, with what confidence, from which line, the call
//! stack above that line, and what keeps the memory alive ([`holders`] explains how to read it; `cargo run
//! --package leak-meter --example sessions_in_a_test` shows it). To name the line, the profile needs line tables,
//! and for speed the build needs frame pointers; the report says if either is missing:
//!
//! ```toml
//! # Cargo.toml                        # .cargo/config.toml
//! [profile.dev]                       # [build]
//! debug = "line-tables-only"          # rustflags = ["-C", "force-frame-pointers=yes"]
//! ```
//!
//! # Where to go from here
//! - An asynchronous workload: [`Soak::run_async`], with [`Soak::tasks`] to count the runtime's tasks.
//! - More or less time: [`Soak::budget`], or `LEAK_METER_BUDGET=2.5` in the environment. A run that can be
//!   repeated exactly: [`Soak::operations_per_round`]. A quick answer: [`Soak::stop_early`].
//! - A store whose entries expire: [`Soak::rest`].
//! - An Undecided soak fails [`Report::assert_steady`] but passes [`Report::assert_not_growing`];
//!   [`Report::assert_detects`] makes sure that a leak of a given rate would have been found.
//! - A count of your own: [`Soak::gauge`]. A folder for temporary files: [`Soak::temporary_folder`].
//! - Growth that is acceptable: [`Soak::suppressions`], [`Soak::bound`], [`Soak::bound_site`].
//! - A running service: a [`Watch`] gives the verdict over time, and [`guide::service`] walks through a case; a
//!   [`Snapshot`] now and another later show the difference by line.
//! - Another allocator: `Allocator::new(MiMalloc)`.
//! - No call stacks outside soaks: `LEAK_METER_ATTRIBUTION=off` in the environment (see [`guide::limits`] for
//!   their cost).
//! - Sharing state between a workload and its settling step, the report as JSON, a crate with only a binary, a
//!   library with an allocator of its own: [`guide::recipes`].
//! - How the verdict is reached: [`guide::method`]. What the meter cannot see and what it costs:
//!   [`guide::limits`].
//!
//! # Features
//! These are on by default:
//!
//! | feature | what it adds | dependencies that it adds |
//! |---|---|---|
//! | `sites` | call sites ([`allocator::start`]), [`Snapshot`]s and their differences by line | `backtrace`, `memmap2`, `object`, `rustc-demangle`, `serde` |
//! | `soak` | [`Soak`], [`Report`] and the verdict; turns on `sites` | none |
//! | `holders` | [what holds the memory](holders), in a [`Report`] and on demand; turns on `sites` | none |
//!
//! These are for services that run ([`guide::service`]), and are off by default:
//!
//! | feature | what it adds | dependencies that it adds |
//! |---|---|---|
//! | `files` | [`profile`]s as files, and in the format of DHAT | `serde_json` |
//! | `pprof` | profiles in the format of pprof | `prost`, `flate2` |
//! | `flamegraph` | profiles as pictures | `inferno` (its licence is CDDL-1.0) |
//! | `metrics` | the figures of a [`watch`] as metrics | `metrics` |
//! | `tracing` | events when a line begins to grow | `tracing` |
//! | `service` | the five above | |
//! | `command` | the command `leak-meter`, which reads profiles | `addr2line`, `clap`, and those of `files`, `pprof`, `flamegraph` |
//!
//! With `default-features = false`, only the [`Allocator`], its counts ([`HeapCounts`]) and the probes ([`probe`])
//! remain, and the only dependencies are `libc` and `rustix`, or on Windows `windows-sys`. That is enough for a
//! service that exports its live bytes as a metric: no call stack is ever looked for, and a thread's counts take a
//! page instead of up to 1.2 MB of address space. Tests can still use everything through a dev-dependency with the
//! default features.
//!
//! ```toml
//! [dependencies]
//! leak-meter = { version = "0.1", default-features = false }
//!
//! [dev-dependencies]
//! leak-meter = "0.1"
//! ```
//!
//! Without `holders`, the heap is not scanned: [`Report::holders`] is `None`, and growth that shrinking call sites
//! may explain is Undecided. The format of a report does not depend on the features.
//!
//! # Layout
//! - [`allocator`]: the counting global allocator, which wraps another one.
//! - [`probe`]: counts what is in use right now: heap, open files, threads, files in a folder.
//! - `process`: the probes of a soak or a watch, and the reasons for readings that are missing.
//! - [`soak`]: runs a workload in rounds and takes a reading after each.
//! - [`series`]: the readings, and the names of the resources in them.
//! - [`verdict`]: decides whether a series of numbers is Growing, Steady or Undecided, and why; `judge`: the
//!   findings of a whole soak.
//! - [`site`]: the places in the program that allocated blocks which stay.
//! - [`snapshot`]: the live heap, and the allocations since an earlier snapshot.
//! - [`profile`]: snapshots as files, and in the formats of other tools.
//! - [`watch`]: the verdict on a running service; [`switch`]: turns call sites on and off while it runs.
//! - [`holders`]: finds what keeps the blocks of a place alive.
//! - `symbols`: the names of the program's functions and statics.
//! - `symbol_name`: those names as paths of the source, whatever mangling the compiler uses.
//! - [`report`]: the results of a soak, serialisable and printable.
//! - `units`: formats numbers and converts times.
//! - [`guide`]: chapters on recipes, the method and its limits.
//!
//! Left out on purpose: this crate prints nothing except the report so far when an operation panics, starts no
//! thread unless it is asked to ([`Watch::read_every`](watch::Watch::read_every)), reads no environment variables
//! except `LEAK_METER_BUDGET` and `LEAK_METER_ATTRIBUTION`, and knows nothing about the programs that use it.
//!
//! # Glossary
//! - *allocation*: one successful call of the allocator for a new block; a *reallocation* resizes a block; a
//!   *deallocation* frees it.
//! - *live blocks*, *live bytes*: blocks allocated and not yet freed, and their bytes as requested by the program
//!   (without the allocator's own headers and padding).
//! - *operation*: one round trip that should leave the system as it found it.
//! - *round*: many operations, followed by one reading. A *soak* is the whole measurement; its *load* consists of
//!   all rounds, and its *rest* follows them.
//! - *detection limit*: the growth rate that a run detects in at least 95 % of cases.
//! - *settling*: waiting, for a bounded time, until deferred work has stopped changing the counts.
//! - *call stack*, *site*: the return addresses of an allocation, and the number that identifies them.
//! - *culprit*: the line of a call stack that is responsible, in the program's own packages.
//! - *resource*, *gauge*: a quantity that is read after each round; a gauge is defined by the project.
//! - *growth*: the amount that stays per operation.
//! - *finding*: a place that grows, with its rate, history and stack. Its *signature* stays the same as long as
//!   the functions on its call stack do.
//! - *suppression*: the signature of acceptable growth, with the reason.
//! - *verdict*: [`Verdict::Growing`], [`Verdict::Steady`] or [`Verdict::Undecided`].

// Code that several features share is partly unused if only some of them are enabled.
#![cfg_attr(not(all(feature = "holders", feature = "soak")), allow(dead_code))]
// So is what only the heap scan uses, where there is none.
#![cfg_attr(not(heap_scan), allow(dead_code, unused_imports))]

pub mod allocator;
pub mod guide;
#[cfg(any(feature = "holders", feature = "soak"))]
pub mod holders;
#[cfg(windows)]
mod image;
#[doc(hidden)]
pub mod internals;
#[cfg(feature = "soak")]
mod judge;
pub mod probe;
#[cfg(feature = "soak")]
mod process;
#[cfg(feature = "sites")]
pub mod profile;
#[cfg(feature = "soak")]
pub mod report;
#[cfg(feature = "soak")]
pub mod series;
#[cfg(feature = "sites")]
pub mod site;
#[cfg(feature = "sites")]
pub mod snapshot;
#[cfg(feature = "soak")]
pub mod soak;
#[cfg(feature = "sites")]
pub mod switch;
#[cfg(feature = "sites")]
mod symbol_name;
#[cfg(feature = "sites")]
mod symbols;
#[cfg(feature = "sites")]
mod units;
#[cfg(feature = "soak")]
pub mod verdict;
#[cfg(feature = "soak")]
pub mod watch;

pub use allocator::{Allocator, HeapCounts};
#[cfg(any(feature = "holders", feature = "soak"))]
pub use holders::Holders;
#[cfg(feature = "soak")]
pub use report::{Growth, Report};
#[cfg(feature = "soak")]
pub use series::{Resource, Round};
#[cfg(feature = "sites")]
pub use snapshot::Snapshot;
#[cfg(feature = "soak")]
pub use soak::{Operation, Soak};
#[cfg(feature = "soak")]
pub use verdict::Verdict;
#[cfg(feature = "soak")]
pub use watch::{Watch, WatchReport};
