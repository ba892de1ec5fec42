//! Judges a whole soak: each resource, each gauge and each call site.
//!
//! [`verdict`](crate::verdict) judges one series of numbers. This module takes into account what else is known:
//! that a reading is missing, that a resource is limited, or that growth is allowed, was released in the rest,
//! or is contradicted by another series.
//!
//! - `resources`: judges resources and gauges; `sites`: finds the growing places in the program, from call
//!   stacks grouped by their `lines`.
//! - `call_stack`: judges the series of one call stack; `exchange`: recognises growth that is offset by other
//!   call stacks that fall.

mod call_stack;
mod exchange;
mod lines;
mod resources;
mod sites;

pub(crate) use exchange::HeapAccess;
pub(crate) use lines::CallStacks;
pub(crate) use resources::{
    Evidence, decides, judge_gauge, judge_resources, verdicts_on_resources,
};
pub(crate) use sites::{Judged, judge_histories, judge_sites, verdict_of_sites, verdicts_on_sites};
