//! The growth rate of a series, with its interval.

use super::decide::{Decision, Series};
use super::gains::{Gains, Level};
use super::reason::Reason;

/// Growth per round, with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// The estimate.
    pub per_round: f64,
    /// The lower end of the interval.
    pub low: f64,
    /// The upper end of the interval.
    pub high: f64,
}

impl Rate {
    /// The rate of a growing series of bytes whose blocks grow according to `blocks`: the total gain divided by
    /// the rounds in which the blocks grow. Bytes come in blocks and in the capacity of the container that
    /// holds them, which doubles from time to time: a window without such a step gives too low a rate, and a
    /// window with one gives too high a rate.
    pub(crate) fn of_bytes(self, bytes: &[u64], blocks: &Decision) -> Self {
        let Reason::GainsLast { rounds } = blocks.reason else { return self };
        let Some(first) = bytes.len().checked_sub(rounds).and_then(|from| bytes.get(from)) else {
            return self;
        };
        let last = bytes.last().copied().unwrap_or(0);
        let per_round = (last as f64 - *first as f64) / rounds.saturating_sub(1).max(1) as f64;
        if per_round <= 0.0 {
            return self;
        }
        Self { per_round, low: self.low.min(per_round), high: self.high.max(per_round) }
    }
}

impl Series {
    /// The mean gain per round from `from` on, between medians of blocks.
    pub(super) fn rate_in(&self, from: usize) -> Option<Rate> {
        const BLOCKS: usize = 9;
        let length = ((self.values.len() - from) / BLOCKS).max(1);
        let level = if length == 1 { Level::Reading } else { Level::Median };
        Some(Gains::between_blocks(&self.values, from, length, level)?.rate())
    }

    /// The growth per round from `from` on, with its interval.
    pub(super) fn rate(&self, from: usize) -> Option<Rate> {
        Some(self.with_later(from, self.rate_in(from)?))
    }

    /// A rate whose interval spans the rates of the window, its second half and the last quarter of the run. It
    /// therefore covers a leak that begins within the window, and the rest of a warm-up.
    pub(super) fn with_later(&self, from: usize, window: Rate) -> Rate {
        let rounds = self.values.len() - from;
        let mut rate = window;
        for later in [from + rounds / 2, self.values.len() * 3 / 4] {
            let late = self.rate_in(later).unwrap_or(window);
            rate.low = rate.low.min(late.low);
            rate.high = rate.high.max(late.high);
        }
        if window.low > 0.0 && rate.low <= 0.0 {
            rate.low = window.low;
        }
        // Readings are whole numbers, so a gain over the window is accurate to one unit.
        let unit = 1.0 / rounds as f64;
        if rate.low < rate.high {
            let low = rate.low.min(rate.per_round - unit);
            rate.low = if window.low > 0.0 && low <= 0.0 { rate.low } else { low };
            rate.high = rate.high.max(rate.per_round + unit);
        }
        rate
    }
}
