//! The measurements of a phases trial: memory under load, at rest, and under another load.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The phases of a trial, in order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Phases {
    /// The measurements of each phase.
    pub phases: Vec<Phase>,
    /// The most live bytes that an operation may retain.
    pub limit_per_operation: f64,
}

/// One phase.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Phase {
    /// A short name, such as "traffic" or "quiet".
    pub name: String,
    /// The number of operations; zero while the service rests.
    pub operations: u64,
    /// The duration, in nanoseconds.
    pub nanoseconds: u64,
    /// Live bytes at the beginning, after settling.
    pub bytes_before: u64,
    /// Live bytes at the end, after settling.
    pub bytes_after: u64,
}

impl Phase {
    /// The change of live memory in bytes, negative if it shrank.
    pub fn change(&self) -> f64 {
        self.bytes_after as f64 - self.bytes_before as f64
    }

    /// The bytes that each operation retained; `None` without operations.
    pub fn per_operation(&self) -> Option<f64> {
        (self.operations > 0).then(|| self.change() / self.operations as f64)
    }

    /// Operations per second.
    pub fn rate(&self) -> f64 {
        self.operations as f64 / self.time().as_secs_f64()
    }

    /// The duration.
    pub fn time(&self) -> Duration {
        Duration::from_nanos(self.nanoseconds)
    }
}

impl Phases {
    /// Whether operations retain no more than the limit. One phase above the limit may be a
    /// one-time setup, so this fails only if there are several phases with load and all exceed the
    /// limit.
    pub fn is_kept(&self) -> bool {
        let retained: Vec<f64> = self.phases.iter().filter_map(Phase::per_operation).collect();
        retained.len() > 1 && retained.iter().any(|bytes| *bytes <= self.limit_per_operation)
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
    fn a_phase_has_a_change_per_operation_and_a_rate_per_second() {
        let phase = phase(100, 2000);
        assert_eq!((phase.per_operation(), phase.rate()), (Some(10.0), 50.0));
    }

    #[test]
    fn only_a_change_in_every_loaded_phase_exceeds_the_limit() {
        assert!(is_kept(vec![phase(100, 1500), phase(0, 9000), phase(100, 900)]));
        assert!(is_kept(vec![phase(100, 9000), phase(0, 1000), phase(100, 1500)]), "once");
        assert!(!is_kept(vec![phase(100, 1501), phase(0, 1000), phase(100, 1501)]));
        assert!(!is_kept(vec![phase(100, 1000), phase(0, 1000)]), "one load proves nothing");
    }
}
