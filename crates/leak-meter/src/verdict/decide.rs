//! Decides on one series of readings.
//!
//! A leak gains as much per operation at the end of a run as at its beginning. A series that fills up gains
//! less and less, and one that swings returns to its earlier level. So a series is Growing if, in a window that
//! extends to the end of the run,
//!
//! - its mean gain is above zero (`Gains::rise`), which noise that wanders like a random walk does not achieve
//!   by chance;
//! - its gains last (`Gains::outlast`): they fade less than those of a fill that would be nearly complete by
//!   the end of the run;
//! - no later part of the run shows with certainty that the gains fade, and the last rounds do not show that
//!   they have stopped;
//! - and the level is above the one reached in the first half of the run.
//!
//! Each condition rules out healthy behaviour:
//!
//! | healthy behaviour | why it is not Growing |
//! |---|---|
//! | jitter, correlated noise, a bounded random walk | no mean gain beyond their own scatter |
//! | lazy set-up, a few one-off steps | a few large gains have a large scatter; too few rises |
//! | a cache that fills, an exponential warm-up, a high-water mark | the gains fade, or have stopped |
//! | a sawtooth, a cleaner, a time to live | no higher than before |
//!
//! Blocks of several rounds are compared as well as single rounds, in several windows, since noise disappears
//! in long blocks and a warm-up in late windows. The decision is made once, at the end of the run.

use super::Verdict;
use super::gains::{self, Gains, Level};
use super::rate::Rate;
use super::reason::Reason;
use super::window::Window;

/// With fewer rounds than this, nothing is decided.
pub const FEWEST_ROUNDS: usize = 12;
/// With fewer rounds than this, nothing is called Growing.
const FEWEST_FOR_GROWING: usize = 16;
/// The minimum number of rises in a window of a series that never falls: fewer may be one-off steps.
const FEWEST_RISES: usize = 7;
/// The one-sided significance level at which a mean gain is above zero.
const RISES: f64 = 0.002;
/// The one-sided significance level at which a later part of the run fades with certainty.
const FADES: f64 = 0.01;
/// The one-sided significance level at which the second half rises too much for Steady. The last quarter is
/// also tested, at a quarter of this level.
const RISES_PERHAPS: f64 = 0.01;
/// From this number of rises in its second half on, a series that never falls is not Steady.
const TOO_MANY_RISES: usize = 3;
/// The deviate below which the gains of the last rounds count as stopped: one-sided 1 %.
const STOPPED: f64 = -2.33;
/// The minimum rise of the upper quartile from the first half of the run to the second, as a share of the gain
/// that the window's rate predicts.
const ABOVE_BEFORE: f64 = 0.4;

/// The last quarter must not fade with certainty faster than a fill with this time constant, as a share of the run.
const FADE_OF_LAST_QUARTER: f64 = 2.4;
/// The same for the second half.
const FADE_OF_SECOND_HALF: f64 = 1.0;
/// A last quarter that gains less than this share of the predicted gain counts as stopped, however much the
/// gains scatter.
const HARDLY_ANY: f64 = 0.2;

/// The decision on one series.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// Growing, Steady or Undecided.
    pub verdict: Verdict,
    /// The reason for the verdict.
    pub reason: Reason,
    /// The growth per round. `None` while undecided: a rate that fades has no value.
    pub rate: Option<Rate>,
}

/// A series of readings, one per round, where all rounds have the same amount of work.
#[derive(Debug, Clone)]
pub struct Series {
    pub(super) values: Vec<f64>,
    pub(super) series_count: f64,
}

/// Decides on one series of readings, one per round.
pub fn decide(readings: &[u64]) -> Decision {
    Series::new(readings).decide()
}

impl Series {
    /// A series that is judged alone.
    pub fn new(readings: &[u64]) -> Self {
        Self { values: readings.iter().map(|reading| *reading as f64).collect(), series_count: 1.0 }
    }

    /// The same series, as one of `series_count` that are judged together: the more series there are, the
    /// clearer each must stand out from its noise, so that the chance of any false alarm stays the same
    /// (Bonferroni).
    #[must_use]
    pub fn series_count(self, series_count: usize) -> Self {
        Self { series_count: series_count.max(1) as f64, ..self }
    }

    /// Decides whether the series grows.
    pub fn decide(&self) -> Decision {
        let rounds = self.values.len();
        let undecided = |reason| Decision { verdict: Verdict::Undecided, reason, rate: None };
        if rounds < FEWEST_ROUNDS {
            return undecided(Reason::TooFewRounds { rounds, needed: FEWEST_ROUNDS });
        }
        let recent = &self.values[rounds / 3..];
        if recent.windows(2).all(|pair| pair[0] == pair[1]) {
            return Decision {
                verdict: Verdict::Steady,
                reason: Reason::Flat { rounds: recent.len() },
                rate: Some(Rate { per_round: 0.0, low: 0.0, high: 0.0 }),
            };
        }
        let why_not = match self.growing_window() {
            Ok((from, rate)) => {
                return Decision {
                    verdict: Verdict::Growing,
                    reason: Reason::GainsLast { rounds: rounds - from },
                    rate: Some(rate),
                };
            }
            Err(why_not) => why_not,
        };
        if self.is_calm() {
            return Decision {
                verdict: Verdict::Steady,
                reason: Reason::NoRise { rounds: rounds - rounds / 2 },
                rate: self.rate(rounds / 2),
            };
        }
        let rounds_needed = 2 * rounds;
        undecided(match why_not {
            WhyNot::NoRise => Reason::RisesAtEnd { rounds_needed },
            WhyNot::Fades => Reason::Fades { rounds_needed },
            WhyNot::Stopped => Reason::Stopped { rounds_needed },
            WhyNot::NotAboveBefore => Reason::Swings { rounds_needed },
        })
    }

    /// The significance level at which a mean gain in the window counts. Readings that never fall have no noise
    /// that could produce a trend by chance, however many series there are.
    pub(super) fn level_for_rise(&self, from: usize) -> f64 {
        if gains::never_falls(&self.values[from..]) { RISES } else { RISES / self.series_count }
    }

    /// The round from which the series grows, and its rate; otherwise the last condition that it failed.
    fn growing_window(&self) -> Result<(usize, Rate), WhyNot> {
        let rounds = self.values.len();
        let mut why_not = WhyNot::NoRise;
        if rounds < FEWEST_FOR_GROWING {
            return Err(why_not);
        }
        let half_fades = self.fades_from(rounds / 2 - 1, FADE_OF_SECOND_HALF);
        let quarter_fades = self.fades_from(rounds - rounds / 4 - 1, FADE_OF_LAST_QUARTER);
        for Window { from, fade, chance } in self.windows() {
            let window = &self.values[from..];
            let few = gains::rises(window) < FEWEST_RISES.min(rounds / 4);
            if few && gains::never_falls(window) {
                continue;
            }
            let level = self.level_for_rise(from);
            for (_, gains) in gains::at_every_length(&self.values, from) {
                if !gains.rise(level) {
                    continue;
                }
                why_not = why_not.max(WhyNot::Fades);
                if !gains.outlast(fade, chance) || quarter_fades {
                    continue;
                }
                if half_fades && from < rounds / 2 {
                    continue;
                }
                let per_round = gains.mean().0 / gains.length;
                let quarter = rounds as f64 * 0.75;
                if self.has_stopped(from) || gains.share_after(quarter) < HARDLY_ANY {
                    why_not = why_not.max(WhyNot::Stopped);
                } else if self.is_above_before(per_round) {
                    let plain = self.rate_in(from).filter(|rate| rate.low > 0.0);
                    let rate = plain.unwrap_or_else(|| gains.rate());
                    return Ok((from, self.with_later(from, rate)));
                } else {
                    why_not = why_not.max(WhyNot::NotAboveBefore);
                }
            }
        }
        Err(why_not)
    }

    /// Whether the gains from this round on certainly fade faster than a fill with this time constant (a share
    /// of the run). The majority of a few block lengths decides.
    fn fades_from(&self, from: usize, fade: f64) -> bool {
        let fade = fade * self.values.len() as f64;
        let lengths =
            [(Level::Reading, 1), (Level::Median, 2), (Level::Median, 3), (Level::Median, 4)];
        let votes: Vec<bool> = lengths
            .into_iter()
            .filter_map(|(level, length)| Gains::between_blocks(&self.values, from, length, level))
            .map(|gains| gains.fade_faster(fade, FADES))
            .collect();
        2 * votes.iter().filter(|fades| **fades).count() > votes.len()
    }

    /// Whether the last rounds certainly gain less than half as much as the rounds before them. The scatter is
    /// estimated as for rare events, since a window without noise has that scatter too.
    fn has_stopped(&self, from: usize) -> bool {
        let rounds = self.values.len();
        let gains: Vec<f64> =
            self.values[from..].windows(2).map(|pair| pair[1] - pair[0]).collect();
        [16, 8, 4].into_iter().map(|part| (rounds / part).max(3)).any(|tail| {
            if 2 * tail >= gains.len() {
                return false;
            }
            let (before, last) = gains.split_at(gains.len() - tail);
            let squares = before.iter().map(|gain| gain * gain).sum::<f64>() / before.len() as f64;
            let expected = gains::mean(before) * tail as f64;
            let gained: f64 = last.iter().sum();
            let variance = squares * tail as f64 * (1.0 + tail as f64 / before.len() as f64);
            (gained - expected) / variance.sqrt() < STOPPED && gained < expected / 2.0
        })
    }

    /// Whether the second half of the run is as far above the first as growth at this rate would make it.
    fn is_above_before(&self, per_round: f64) -> bool {
        let half = self.values.len() / 2;
        let (first, second) = self.values.split_at(half);
        let risen = gains::quantile(second, 0.75) - gains::quantile(first, 0.75);
        risen >= ABOVE_BEFORE * per_round * half as f64
    }

    /// Whether neither the second half of the run nor its last quarter rises beyond its noise. The last three
    /// quarters must not rise either, unless the second half gains much less than they do.
    fn is_calm(&self) -> bool {
        let rounds = self.values.len();
        let half = &self.values[rounds / 2..];
        if gains::never_falls(half) && gains::rises(half) >= TOO_MANY_RISES {
            return false;
        }
        let rises = |from: usize, level: f64| {
            gains::at_every_length(&self.values, from)
                .any(|(_, gains)| gains.rise(level / self.series_count))
        };
        let quarter = rounds / 4;
        !rises(rounds / 2, RISES_PERHAPS)
            && !rises(rounds - quarter, RISES_PERHAPS / 4.0)
            && (!rises(quarter, RISES_PERHAPS) || self.gains_less_from(rounds / 2, quarter))
    }

    /// Whether the rounds from `later` on gain less than half as much as those from `earlier` on, measured
    /// between medians over a sixteenth of the run.
    fn gains_less_from(&self, later: usize, earlier: usize) -> bool {
        let rounds = self.values.len();
        let block = (rounds / 16).max(1);
        let level = |from: usize| gains::quantile(&self.values[from..from + block], 0.5);
        let end = level(rounds - block);
        let per_round = |from: usize| (end - level(from)) / (rounds - from) as f64;
        per_round(later) < per_round(earlier) / 2.0
    }
}

/// Whether a series falls, at one-sided 1 %: its mirror image rises.
pub fn falls(readings: &[u64]) -> bool {
    let highest = readings.iter().max().copied().unwrap_or(0);
    let mirrored: Vec<f64> = readings.iter().map(|reading| (highest - reading) as f64).collect();
    let from = mirrored.len() / 4;
    gains::at_every_length(&mirrored, from).any(|(_, gains)| gains.rise(RISES_PERHAPS))
}

/// The condition for Growing that a series fails. A later condition compares as greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum WhyNot {
    NoRise,
    Fades,
    Stopped,
    NotAboveBefore,
}
