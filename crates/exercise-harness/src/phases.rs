//! What a trial of phases measures: memory under load, at rest, and under another load.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The phases of a trial, in order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Phases {
    /// What was measured.
    pub phases: Vec<Phase>,
    /// The most live bytes that an operation may leave behind.
    pub limit_per_operation: f64,
}

/// One phase.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Phase {
    /// What it is: "traffic", "quiet".
    pub name: String,
    /// Operations in it; none where the service is left alone.
    pub operations: u64,
    /// How long it took.
    pub nanoseconds: u64,
    /// Live bytes when it began, after settling.
    pub bytes_before: u64,
    /// Live bytes when it ended, after settling.
    pub bytes_after: u64,
}

impl Phase {
    /// What came to live memory in this phase, in bytes; below zero, what went.
    pub fn change(&self) -> f64 {
        self.bytes_after as f64 - self.bytes_before as f64
    }

    /// What each operation left behind, in bytes. `None` without operations.
    pub fn per_operation(&self) -> Option<f64> {
        (self.operations > 0).then(|| self.change() / self.operations as f64)
    }

    /// Operations per second.
    pub fn rate(&self) -> f64 {
        self.operations as f64 / self.time().as_secs_f64()
    }

    /// How long it took.
    pub fn time(&self) -> Duration {
        Duration::from_nanos(self.nanoseconds)
    }
}

impl Phases {
    /// Whether operations leave no more behind than they may. Something that is set up once is no
    /// leak: only what more than one load leaves, and all of them do, is too much.
    pub fn is_kept(&self) -> bool {
        let left: Vec<f64> = self.phases.iter().filter_map(Phase::per_operation).collect();
        left.len() > 1 && left.iter().any(|left| *left <= self.limit_per_operation)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phase(operations: u64, bytes_after: u64) -> Phase {
        let name = "traffic".to_owned();
        Phase { name, operations, nanoseconds: 2_000_000_000, bytes_before: 1000, bytes_after }
    }

    fn is_kept(phases: Vec<Phase>) -> bool {
        Phases { phases, limit_per_operation: 5.0 }.is_kept()
    }

    #[test]
    fn a_phase_is_told_per_operation_and_per_second() {
        let phase = phase(100, 2000);
        assert_eq!((phase.per_operation(), phase.rate()), (Some(10.0), 50.0));
    }

    #[test]
    fn only_what_every_load_leaves_is_too_much() {
        assert!(is_kept(vec![phase(100, 1500), phase(0, 9000), phase(100, 900)]));
        assert!(is_kept(vec![phase(100, 9000), phase(0, 1000), phase(100, 1500)]), "once");
        assert!(!is_kept(vec![phase(100, 1501), phase(0, 1000), phase(100, 1501)]));
        assert!(!is_kept(vec![phase(100, 1000), phase(0, 1000)]), "one load tells nothing");
    }
}
