//! Turns series of numbers into verdicts: pure functions, without a clock, input or output.
//!
//! A soak takes one reading per round. Memory that a program rightly retains makes the series level off, swing,
//! or rise in a few steps; a leak makes it rise as long as there is work. `decide` describes how the two are
//! distinguished, and `doubling` how the bytes of containers differ.
//!
//! This module knows only numbers: it knows nothing about soaks, resources, call sites or reports.

pub(crate) mod decide;
pub(crate) mod doubling;
pub(crate) mod foreign;
mod gains;
mod limit;
mod rate;
mod reason;
mod rest;
mod student;
mod window;

use std::fmt;

use serde::{Deserialize, Serialize};

pub(crate) use decide::{Decision, Series};
#[cfg(test)]
pub(crate) use rate::Rate;
pub use reason::Reason;
pub(crate) use reason::with_text;
pub(crate) use rest::with_rest;

/// The verdict on a series. No other variants will be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It rises with the work, up to the end of the run.
    Growing,
    /// It does not rise, as far as a run of this length and noise can show.
    Steady,
    /// The evidence is contradictory, or there is too little of it.
    Undecided,
}

impl Verdict {
    /// The verdict on several series: Growing if any of them grows, Steady if all are steady.
    pub fn overall(verdicts: impl IntoIterator<Item = Self>) -> Self {
        verdicts.into_iter().fold(Self::Steady, |overall, verdict| match (overall, verdict) {
            (Self::Growing, _) | (_, Self::Growing) => Self::Growing,
            (Self::Undecided, _) | (_, Self::Undecided) => Self::Undecided,
            (Self::Steady, Self::Steady) => Self::Steady,
        })
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Growing => "Growing",
            Self::Steady => "Steady",
            Self::Undecided => "Undecided",
        })
    }
}
