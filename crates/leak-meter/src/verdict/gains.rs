//! The gains of a series from one block of rounds to the next, and whether these gains last.

use super::rate::Rate;
use super::student;

/// How the level of a block of rounds is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    /// The reading itself, for blocks of one round.
    Reading,
    /// The reading itself, with the largest gains cut to the third largest, so that a one-off set-up does not
    /// hide the growth in each round. For series that never fall.
    Capped,
    /// The median of the block, which is robust against outliers.
    Median,
    /// The lowest reading in the block: this amount was retained throughout it. A sawtooth vanishes in blocks
    /// that are as long as its period.
    Least,
}

/// With fewer blocks than this, no test is possible.
const FEWEST_BLOCKS: usize = 6;
/// A series that never falls has no noise that long blocks would remove, so more blocks are required.
const FEWEST_BLOCKS_WITHOUT_NOISE: usize = 8;
/// Block lengths for which the median is used; for other lengths, only the lowest reading is used.
const LENGTHS_WITH_MEDIAN: [usize; 8] = [2, 3, 4, 6, 8, 12, 16, 24];
/// A level that summarises a block smooths the random gains within it, so that neighbouring gains are
/// correlated: their variance is two thirds of the variance that applies to their sum.
const SMOOTHED: f64 = 1.5;

/// Gains between consecutive blocks of one length, within one window of the run.
#[derive(Debug, Clone)]
pub(super) struct Gains {
    /// The position of each gain, in rounds since the run began.
    at: Vec<f64>,
    values: Vec<f64>,
    /// The number of rounds in a block.
    pub(super) length: f64,
    widening: f64,
}

/// The result of comparing gains with a fade.
#[derive(Debug, Clone, Copy)]
pub(super) struct Contrast {
    /// Above zero if the gains fade less than the given fade.
    pub(super) value: f64,
    /// The standard error of `value`.
    pub(super) error: f64,
    /// The value for gains of one unit per block.
    pub(super) per_unit: f64,
    /// The sum of the squared weights of the gains.
    pub(super) squared_weights: f64,
}

/// The gains in the window that begins at round `from`, for every block length that leaves enough blocks.
pub(super) fn at_every_length(values: &[f64], from: usize) -> impl Iterator<Item = (Level, Gains)> {
    let window = &values[from..];
    let rises_only = never_falls(window);
    let fewest = if rises_only { FEWEST_BLOCKS_WITHOUT_NOISE } else { FEWEST_BLOCKS };
    (1..=window.len() / fewest).flat_map(move |length| {
        let levels: &[Level] = match length {
            1 if rises_only => &[Level::Reading, Level::Capped],
            1 => &[Level::Reading],
            _ if LENGTHS_WITH_MEDIAN.contains(&length) => &[Level::Median, Level::Least],
            _ => &[Level::Least],
        };
        levels.iter().filter_map(move |level| {
            Some((*level, Gains::between_blocks(values, from, length, *level)?))
        })
    })
}

impl Gains {
    /// The gains between blocks of `length` rounds from round `from` on. Rounds that do not fill a block are
    /// dropped at the beginning of the window. `None` with fewer than six blocks.
    pub(super) fn between_blocks(
        values: &[f64],
        from: usize,
        length: usize,
        level: Level,
    ) -> Option<Self> {
        let window = &values[from..];
        let blocks = window.len() / length;
        if blocks < FEWEST_BLOCKS {
            return None;
        }
        let skipped = window.len() - blocks * length;
        let levels: Vec<f64> = window[skipped..]
            .chunks_exact(length)
            .map(|block| match level {
                Level::Reading | Level::Capped => block[0],
                Level::Median => median(block),
                Level::Least => block.iter().copied().fold(f64::INFINITY, f64::min),
            })
            .collect();
        let mut gains: Vec<f64> = levels.windows(2).map(|pair| pair[1] - pair[0]).collect();
        if level == Level::Capped {
            cut_to_third_largest(&mut gains);
        }
        // The boundary between two blocks, as the number of rounds done by then.
        let first = (from + skipped + length) as f64;
        let at = (0..gains.len()).map(|block| first + 0.5 + (block * length) as f64).collect();
        let smoothed = matches!(level, Level::Median | Level::Least);
        let widening = if smoothed { SMOOTHED } else { 1.0 };
        Some(Self { at, values: gains, length: length as f64, widening })
    }

    /// The number of gains.
    pub(super) fn count(&self) -> f64 {
        self.values.len() as f64
    }

    /// The mean gain per block, and its standard error.
    pub(super) fn mean(&self) -> (f64, f64) {
        let mean = mean(&self.values);
        let squares: f64 = self.values.iter().map(|gain| (gain - mean).powi(2)).sum();
        let variance = squares / (self.count() - 1.0) * self.widening;
        (mean, (variance / self.count()).sqrt())
    }

    /// The mean gain per round, with its 95 % interval.
    pub(super) fn rate(&self) -> Rate {
        let (mean, error) = self.mean();
        let half_width = student::t(0.025, self.count() - 1.0) * error;
        let [per_round, half_width] = [mean, half_width].map(|value| value / self.length);
        Rate { per_round, low: per_round - half_width, high: per_round + half_width }
    }

    /// How much more the sum of the gains scatters than a sum of independent gains would, because neighbours
    /// are correlated, as on the slope of a wave: `(1 + r) / (1 - r)` for the correlation `r` of neighbours
    /// (Bayley and Hammersley 1946), at least 1.
    pub(super) fn inflation(&self) -> f64 {
        let mean = mean(&self.values);
        let power: f64 = self.values.iter().map(|gain| (gain - mean).powi(2)).sum();
        if power <= 0.0 {
            return 1.0;
        }
        let neighbours = self.values.windows(2);
        let product: f64 = neighbours.map(|pair| (pair[0] - mean) * (pair[1] - mean)).sum();
        let correlation = (product / power).clamp(0.0, 0.8);
        (1.0 + correlation) / (1.0 - correlation)
    }

    /// The mean of the gains after this number of rounds, as a share of the mean of all gains.
    pub(super) fn share_after(&self, rounds: f64) -> f64 {
        let late = self.at.iter().zip(&self.values).filter(|(at, _)| **at > rounds);
        let late: Vec<f64> = late.map(|(_, gain)| *gain).collect();
        mean(&late) / mean(&self.values)
    }

    /// Whether the mean gain is above zero at the one-sided significance level `chance`.
    ///
    /// The gains of a random walk without drift are independent, as Student's test requires; those of noise
    /// around a level cancel each other out, which makes the test conservative.
    pub(super) fn rise(&self, chance: f64) -> bool {
        let (mean, error) = self.mean();
        mean > 0.0 && mean >= student::t(chance, self.count() - 1.0) * error
    }

    /// Whether the gains fade less than those of a fill with the time constant `fade`, in rounds, at the
    /// one-sided significance level `chance`.
    pub(super) fn outlast(&self, fade: f64, chance: f64) -> bool {
        let contrast = self.contrast(fade);
        contrast.value > 0.0
            && contrast.value >= student::t(chance, self.count() - 2.0) * contrast.error
    }

    /// Whether the gains fade faster than that, at the one-sided significance level `chance`.
    pub(super) fn fade_faster(&self, fade: f64, chance: f64) -> bool {
        let contrast = self.contrast(fade);
        let critical = student::t(chance, self.count() - 2.0) * contrast.error;
        mean(&self.values) > 0.0 && contrast.value < -critical - 1e-9
    }

    /// The sum of the gains, each weighted by its distance from the mean position of the gains under the fade.
    /// Under the fade, the expected value is zero. The error allows for gains of unequal variance (HC3:
    /// `MacKinnon` and White 1985).
    pub(super) fn contrast(&self, fade: f64) -> Contrast {
        let rates: Vec<f64> = self.at.iter().map(|at| (-at / fade).exp()).collect();
        let weighted: f64 = self.at.iter().zip(&rates).map(|(at, rate)| at * rate).sum();
        let centre = weighted / rates.iter().sum::<f64>();
        let (mean_at, mean_gain) = (mean(&self.at), mean(&self.values));
        let spread: f64 = self.at.iter().map(|at| (at - mean_at).powi(2)).sum();
        let points = || self.at.iter().zip(&self.values);
        let product: f64 = points().map(|(at, gain)| (at - mean_at) * (gain - mean_gain)).sum();
        let slope = product / spread;
        let mut sums = Contrast { value: 0.0, error: 0.0, per_unit: 0.0, squared_weights: 0.0 };
        let mut variance = 0.0;
        for (at, gain) in points() {
            let weight = at - centre;
            let leverage = 1.0 / self.count() + (at - mean_at).powi(2) / spread;
            let residual = (gain - mean_gain - slope * (at - mean_at)) / (1.0 - leverage);
            sums.value += weight * gain;
            sums.per_unit += weight;
            sums.squared_weights += weight * weight;
            variance += (weight * residual).powi(2);
        }
        sums.error = (variance * self.widening).sqrt();
        sums
    }
}

/// Whether the series never falls.
pub(super) fn never_falls(values: &[f64]) -> bool {
    values.windows(2).all(|pair| pair[0] <= pair[1])
}

/// How often the series rises from one round to the next.
pub(super) fn rises(values: &[f64]) -> usize {
    values.windows(2).filter(|pair| pair[1] > pair[0]).count()
}

pub(super) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// The value below which a share `share` of the values lies, without interpolation.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // An index within the slice.
pub(super) fn quantile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted[((sorted.len() - 1) as f64 * share).round() as usize]
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    if sorted.len().is_multiple_of(2) {
        f64::midpoint(sorted[middle - 1], sorted[middle])
    } else {
        sorted[middle]
    }
}

fn cut_to_third_largest(gains: &mut [f64]) {
    let mut sorted = gains.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let positive = sorted.iter().filter(|gain| **gain > 0.0).count();
    let Some(cap) = sorted.get(sorted.len() - positive.clamp(1, 3)).copied() else { return };
    for gain in gains {
        *gain = gain.min(cap);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(value: impl Fn(f64) -> f64) -> Vec<f64> {
        (0..96).map(|round| value(f64::from(round))).collect()
    }

    fn gains(values: &[f64], length: usize, level: Level) -> Gains {
        Gains::between_blocks(values, 0, length, level).expect("there are enough blocks")
    }

    #[test]
    fn a_constant_rate_outlasts_every_fade_and_a_logarithm_none() {
        let linear = series(|round| 3.0 * round);
        assert!(gains(&linear, 1, Level::Reading).outlast(300.0, 0.001));
        let logarithm = series(|round| 1000.0 * (1.0 + round).ln());
        assert!(!gains(&logarithm, 1, Level::Reading).outlast(60.0, 0.2));
        assert!(gains(&logarithm, 1, Level::Reading).fade_faster(96.0, 0.001));
    }

    #[test]
    fn an_exponential_fade_has_a_contrast_of_zero_against_itself() {
        let filling = series(|round| 1000.0 * (1.0 - (-round / 40.0).exp()));
        let gains = gains(&filling, 1, Level::Reading);
        let against = |constant| gains.contrast(constant);
        assert!(against(40.0).value.abs() < 1e-6 * against(40.0).per_unit * 1000.0);
        assert!(against(80.0).value < 0.0 && against(20.0).value > 0.0);
    }

    #[test]
    fn a_sawtooth_vanishes_in_blocks_of_its_period() {
        let sawtooth = series(|round| 2.0 * round + 40.0 * (round % 12.0));
        let (mean, error) = gains(&sawtooth, 12, Level::Least).mean();
        assert!((mean - 24.0).abs() < 1e-9 && error < 1e-9, "{mean} {error}");
        assert!(!gains(&sawtooth, 1, Level::Reading).rise(0.05));
    }

    #[test]
    fn one_large_gain_does_not_make_a_rise() {
        let step = series(|round| if round < 50.0 { 0.0 } else { 400.0 });
        assert!(!gains(&step, 1, Level::Reading).rise(0.01));
        let with_leak = series(|round| round + if round < 50.0 { 0.0 } else { 400.0 });
        assert!(gains(&with_leak, 1, Level::Capped).outlast(64.0, 0.05));
    }

    #[test]
    fn too_few_rounds_have_no_blocks() {
        assert!(Gains::between_blocks(&[1.0; 11], 0, 2, Level::Median).is_none());
    }
}
