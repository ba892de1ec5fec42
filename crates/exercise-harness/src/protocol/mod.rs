//! Plain data that the workshop's programs exchange. Nothing here starts or reads a process.
//!
//! - [`request`]: what the parent asks of a trial's process.
//! - [`event`]: what that process streams back; a [`seal`] on each line proves its origin.
//! - [`bound`], [`phases`]: the measurements of trials that are not soaks.
//! - [`limits`]: what a trial's process may use.
//! - [`trial`]: the kinds and names of trials.
//! - [`exercise`]: an exercise's metadata; `exercise_fields`: how it is read from `exercise.toml`.
//! - [`plan`]: the exercises and their built versions, for the demo.

pub(crate) mod bound;
pub mod event;
pub mod exercise;
mod exercise_fields;
pub(crate) mod limits;
pub(crate) mod phases;
pub mod plan;
pub(crate) mod request;
pub(crate) mod seal;
pub mod trial;
