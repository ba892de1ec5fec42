//! What every memory test of the workshop shares.
//!
//! A memory test is a program of its own (`harness = false`). It behaves as a standard test binary
//! (`--list`, filters, `--exact`), so that `cargo test` and nextest run it; `xtask` runs single
//! trials of it and reads the events that they stream.
//!
//! # Layout
//! - [`suite`]: the trials of one exercise, and the test binary's entry.
//! - [`context`]: what a trial is given: a folder and a soak.
//! - [`exercise`]: an exercise's metadata, from its `exercise.toml`.
//! - [`event`]: the event stream, as JSON lines; [`stream`] reads it back and refuses a broken one.
//! - [`alone`]: runs one trial in a process of its own and says how it ended, within its [`limits`]
//!   and with [`patience`]; [`seal`], [`output`] and [`strays`] keep it from being fooled, flooded
//!   and outlived.
//! - [`listing`]: the names of a memory test's trials.
//! - [`paced`]: runs one for as long as its work is handed out, to be shown live.
//! - [`phases`]: what a trial measures while the load on its service changes.
//! - [`judge`]: turns measurements into sentences.
//! - [`plan`]: the versions that were built, for a program that shows them.
//! - [`runtime`]: a runtime for asynchronous trials, and waits that end.
//! - [`cleanup`]: temporary folders and processes end with the program, also on Ctrl-C.
//!
//! Absent on purpose: nothing here knows where exercises lie or how they are built.

pub mod alone;
mod child;
pub mod cleanup;
pub mod context;
mod ended;
pub mod event;
pub mod exercise;
pub mod judge;
pub mod limits;
pub mod listing;
pub mod output;
pub mod paced;
pub mod patience;
pub mod phases;
pub mod plan;
pub mod runtime;
pub mod seal;
pub mod strays;
pub mod stream;
pub mod suite;
mod unfinished;

use std::alloc::System;

use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

pub use context::{Bound, Context};
pub use exercise::Exercise;
pub use leak_meter::internals::units;
pub use phases::{Phase, Phases};
pub use suite::Suite;

/// The global allocator of every memory test: ours around `stats_alloc`'s around the system's, so
/// that the counts of allocations have an independent witness.
pub type Meter = leak_meter::Allocator<&'static StatsAlloc<System>>;

/// A [`Meter`], for a `#[global_allocator]`.
pub const fn meter() -> Meter {
    leak_meter::Allocator::new(&INSTRUMENTED_SYSTEM)
}
