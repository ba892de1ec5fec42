//! One operation of a workload: its number and its own seed.

use std::fmt::Display;

/// One operation that a workload performs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operation {
    number: u64,
    round: usize,
    seed: u64,
}

impl Operation {
    pub(super) fn new(number: u64, round: usize, soak_seed: u64) -> Self {
        Self { number, round, seed: mix(soak_seed ^ mix(number)) }
    }

    /// The operation's number, counted from 0 over the whole soak. It never repeats, so it can serve as a
    /// new key.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// The round of the operation, counted from 0.
    pub fn round(&self) -> usize {
        self.round
    }

    /// This operation's seed for a random number generator: the same in every run with the same soak
    /// seed.
    pub fn seed(&self) -> u64 {
        self.seed
    }
}

/// What a workload may return: `()`, or a `Result` whose error ends the soak. No other type implements
/// this trait.
#[diagnostic::on_unimplemented(
    message = "a workload cannot return `{Self}`",
    note = "an operation returns `()`, or a `Result<(), E>` whose error can be displayed"
)]
pub trait OperationResult: sealed::Outcome {}

mod sealed {
    use super::Operation;

    /// How an operation ended.
    pub trait Outcome {
        /// The sentence for the report, if this result ends the soak.
        fn stopped_by(self, operation: Operation) -> Option<String>;
    }
}

impl OperationResult for () {}

impl sealed::Outcome for () {
    fn stopped_by(self, _: Operation) -> Option<String> {
        None
    }
}

impl<E: Display> OperationResult for Result<(), E> {}

impl<E: Display> sealed::Outcome for Result<(), E> {
    fn stopped_by(self, operation: Operation) -> Option<String> {
        let error = self.err()?;
        Some(format!("operation {} failed: {error}", operation.number + 1))
    }
}

/// The finaliser of `SplitMix64` (Steele, Lea and Flood, 2014), which maps similar numbers to very
/// different ones.
fn mix(value: u64) -> u64 {
    let mut mixed = value.wrapping_add(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}
