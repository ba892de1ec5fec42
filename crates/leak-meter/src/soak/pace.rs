//! Soaks whose rounds are started by a callback, for live display.

use std::time::Duration;

use super::Soak;

/// How often a waiting soak asks again.
pub(super) const POLL_INTERVAL: Duration = Duration::from_millis(2);

/// A callback that decides when the next round begins and how many operations it has.
pub(super) type Pacer<'a> = Box<dyn FnMut() -> Pace + 'a>;

/// What a paced soak does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Pace {
    /// Run a round with this number of operations, at least one.
    Round(u64),
    /// Wait, and ask again soon.
    Wait,
    /// End the soak.
    End,
}

impl<'a> Soak<'a> {
    /// Lets `pacer` decide when each round begins and how many operations it has. Such a soak has no end of
    /// its own and is meant for live display. Each round is read, [observed](Self::observe) and then
    /// discarded, so that the soak can run for hours: the report has no rounds and no verdict.
    ///
    /// `pacer` must not block: while it returns [`Pace::Wait`], other tasks of an asynchronous workload run.
    pub fn paced(mut self, pacer: impl FnMut() -> Pace + 'a) -> Self {
        self.watchers.pacer = Some(Box::new(pacer));
        // The time of an operation need not be measured.
        self.operations_per_round(1)
    }
}
