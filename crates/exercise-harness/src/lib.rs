//! The parts that all memory tests of the workshop share.
//!
//! A memory test is a program of its own (`harness = false`). It behaves like a standard test
//! binary (`--list`, filters, `--exact`), so `cargo test` and nextest can run it. Each trial runs
//! in a child process; the parent is the test binary itself, the runner (`xtask`) or the demo.
//!
//! # Layout
//! - [`Suite`]: the trials of one exercise, and the entry point of its test binary.
//! - `protocol`: plain data that programs exchange: requests, events, metadata, plans.
//! - `child`: runs inside the trial's process: the [`Context`] of a trial, its limits, its event
//!   writer, a [`runtime`] for asynchronous workloads, a comparison of [`cost`], calls with a
//!   [`deadline`], the bytes that work has [`retained`], and a [`FullDisk`].
//! - `parent`: starts, watches and reads the trial's process: [`isolated`] runs one trial,
//!   [`paced`] runs one whose work is requested round by round, [`listing`] asks for the trials'
//!   names, [`explain`] turns results into sentences, and [`cleanup`] ends what the program has
//!   started.
//!
//! `parent` and `child` depend on `protocol` and not on each other; only `suite` uses all three.
//! Nothing here knows where exercises are or how they are built.

mod child;
mod parent;
mod protocol;
mod suite;

use std::alloc::System;

use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

pub use child::context::Context;
pub use child::cost;
pub use child::deadline;
pub use child::full_disk::FullDisk;
pub use child::limits::end_with_parent;
pub use child::retained;
pub use child::runtime;
pub use leak_meter::internals::units;
pub use parent::{cleanup, explain, isolated, listing, paced};
pub use protocol::bound::Bound;
pub use protocol::exercise::Exercise;
pub use protocol::limits::Limits;
pub use protocol::phases::{Phase, Phases};
pub use protocol::request::SoakSettings;
pub use protocol::{event, exercise, plan, trial};
pub use suite::Suite;

/// The global allocator of every memory test. It wraps the allocator of `stats_alloc`, whose
/// allocation counts are an independent check of the meter's own.
pub type Meter = leak_meter::Allocator<&'static StatsAlloc<System>>;

/// A [`Meter`], for a `#[global_allocator]`.
pub const fn meter() -> Meter {
    leak_meter::Allocator::new(&INSTRUMENTED_SYSTEM)
}
