//! The trial's process: runs one trial and streams its events.
//!
//! - [`request`]: reads the parent's request.
//! - [`trial`]: the trials of a suite, and running one of them.
//! - [`event_writer`]: writes the event stream.
//! - [`limits`]: the limits of the process.
//! - [`context`]: what a trial's code is given.
//! - [`cost`]: compares the cost of the same work in two situations.
//! - [`paced`]: a trial whose rounds are ordered one by one, and that watches itself.
//! - [`deadline`]: runs work that may never end.
//! - [`full_disk`]: a disk without space, for a trial.
//! - [`retained`]: measures what repeated work retains.
//! - [`standard_input`]: reads the request and the work of a paced trial.
//! - [`runtime`]: a runtime and bounded waits for asynchronous trials.

pub(crate) mod context;
pub mod cost;
pub mod deadline;
mod event_writer;
pub(crate) mod full_disk;
pub(crate) mod limits;
mod paced;
pub(crate) mod request;
pub mod retained;
pub mod runtime;
mod standard_input;
pub(crate) mod trial;
