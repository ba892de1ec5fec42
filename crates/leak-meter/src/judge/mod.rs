//! Judges a whole soak: each resource, each gauge and each call site.
//!
//! [`verdict`](crate::verdict) judges one series of numbers. This module adds what is known beyond the numbers:
//! that a reading is missing, a resource is limited, growth is allowed, went away in the rest, or is
//! contradicted by another series.
//!
//! - `resources`: the resources and gauges; `sites`: the places in the program that grow, from call
//!   stacks grouped by their `lines`.
//! - `call_stack`: the series of one call stack; `exchange`: growth that the fall of other call stacks makes up
//!   for.

mod call_stack;
mod exchange;
mod lines;
mod resources;
mod sites;

pub(crate) use exchange::HeapAccess;
pub(crate) use resources::{
    Evidence, decides, judge_gauge, judge_resources, verdicts_on_resources,
};
pub(crate) use sites::{judge_sites, verdict_of_sites, verdicts_on_sites};
