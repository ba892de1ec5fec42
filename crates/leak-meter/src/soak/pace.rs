//! Soaks whose rounds are started from outside, to be shown live.

use std::time::Duration;

use super::Soak;

/// The interval at which a waiting soak asks again.
pub(super) const POLL_INTERVAL: Duration = Duration::from_millis(2);

/// A callback that decides when the next round begins, and how much work it has.
pub(super) type Pacer<'a> = Box<dyn FnMut() -> Pace + 'a>;

/// What a paced soak does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Pace {
    /// A round of so many operations, at least one.
    Round(u64),
    /// Nothing yet: it asks again in a moment.
    Wait,
    /// It ends.
    End,
}

impl<'a> Soak<'a> {
    /// Lets `pacer` say when each round begins and how many operations it has: a soak without an end of its
    /// own, to be shown live. Each round is read and [observed](Self::observe), and then forgotten, so that it
    /// can run for hours: the report has no rounds, and decides nothing.
    ///
    /// `pacer` must not block: while it returns [`Pace::Wait`], an asynchronous workload's other tasks run.
    pub fn paced(mut self, pacer: impl FnMut() -> Pace + 'a) -> Self {
        self.watchers.pacer = Some(Box::new(pacer));
        // The time of an operation need not be measured.
        self.operations_per_round(1)
    }
}
