//! The detection limit: the growth that a run of this length and noise detects in at least 95 % of cases.

use super::decide::Series;
use super::gains::{self, Gains, Level};
use super::student;
use super::window::Window;

/// The one-sided probability of a miss. Less than 5 %, because the scatter itself is estimated.
const MISSED: f64 = 0.01;
/// A margin for noise that is less independent than the estimate assumes.
const MARGIN: f64 = 1.3;
/// The number of rises in a series that never falls that count as one-off steps.
const ONE_OFFS: usize = 2;

impl Series {
    /// The smallest growth per round that would have been called Growing in at least 95 % of runs, if it came
    /// in pieces of `piece` units at random times. `None` if the series is too short.
    ///
    /// It follows from the tests of the decision: growth must exceed the scatter of the gains, including its
    /// own scatter, by the critical value of each test and the deviate of a miss. Evenly distributed growth is
    /// detected at lower rates.
    pub fn detection_limit(&self, piece: f64) -> Option<f64> {
        let limits = self.windows().flat_map(|Window { from, fade, chance }| {
            let level = self.level_for_rise(from);
            let window = &self.values[from..];
            let steps = gains::rises(window);
            let few_steps = gains::never_falls(window) && steps <= ONE_OFFS;
            gains::at_every_length(&self.values, from)
                .filter(|(kind, _)| *kind != Level::Capped)
                .filter_map(move |(_, gains)| {
                    let clean = few_steps && gains.length == 1.0;
                    let scatter = if clean {
                        // The size of the few steps is limited to that of a piece.
                        let variance = piece * piece * steps as f64 / gains.count();
                        Scatter { variance, ..Scatter::default() }
                    } else {
                        Scatter::of_gains(&gains, fade)
                    };
                    let needed = scatter.growth_needed(&gains, fade, piece, level, chance)?;
                    Some(needed / gains.length * if clean { 1.0 } else { MARGIN })
                })
        });
        limits.min_by(f64::total_cmp)
    }
}

/// The scatter that growth must exceed.
#[derive(Debug, Clone, Copy, Default)]
struct Scatter {
    /// The variance of a gain, as an upper bound at 90 %.
    variance: f64,
    /// How far the mean gain is below zero.
    below_zero: f64,
    /// How far the contrast is below zero.
    faded: f64,
}

impl Scatter {
    fn of_gains(gains: &Gains, fade: f64) -> Self {
        let (mean, error) = gains.mean();
        let contrast = gains.contrast(fade);
        let freedom = gains.count() - 1.0;
        let of_mean = error * error * gains.count();
        let of_contrast = contrast.error.powi(2) / contrast.squared_weights;
        Self {
            variance: of_mean.max(of_contrast) * freedom / student::chi_square_90(freedom)
                * gains.inflation(),
            below_zero: (-mean).max(0.0),
            faded: (-contrast.value).max(0.0),
        }
    }

    /// The growth per block that passes both tests. `None` if no growth can be distinguished from the fade.
    fn growth_needed(
        &self,
        gains: &Gains,
        fade: f64,
        piece: f64,
        level: f64,
        chance: f64,
    ) -> Option<f64> {
        let contrast = gains.contrast(fade);
        if contrast.per_unit <= 0.0 {
            return None;
        }
        let count = gains.count();
        let missed = student::t(MISSED, count - 2.0);
        let to_rise = (student::t(level, count - 1.0) + missed) / count.sqrt();
        let to_last = (student::t(chance, count - 2.0) + missed) * contrast.squared_weights.sqrt()
            / contrast.per_unit;
        let rise = self.growth(to_rise, piece, self.below_zero);
        let last = self.growth(to_last, piece, self.faded / contrast.per_unit);
        Some(rise.max(last))
    }

    /// The growth `g` that exceeds `short` by `factor` standard deviations of a gain, where its own pieces add
    /// to the variance: `g - short = factor * sqrt(variance + g * piece)`.
    fn growth(&self, factor: f64, piece: f64, short: f64) -> f64 {
        let squared = factor * factor;
        let sum = 2.0 * short + squared * piece;
        let product = short * short - squared * self.variance;
        f64::midpoint(sum, (sum * sum - 4.0 * product).max(0.0).sqrt())
    }
}
