//! Rank statistics of a short series: is there a trend, and how steep is it.
//!
//! Ranks and medians, since readings have ties, outliers and no normal distribution.

/// The slope of a series, per round, with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Slope {
    /// The median of the slopes between all pairs of rounds.
    pub median: f64,
    /// The lower end of the interval.
    pub low: f64,
    /// The upper end of the interval.
    pub high: f64,
}

/// The share of the first half's gains that growth at an unchanged rate still has in the second.
const KEPT_UP: f64 = 0.8;
/// The normal deviate of a two-sided 95 % interval.
const Z_95: f64 = 1.96;

/// Mann's test for a trend (Mann 1945; Kendall 1975): the normal deviate of the number of rising
/// pairs less the falling ones, for values independent of each other, with the variance corrected
/// for ties. Above 0 the series rises. For correlated values divide it by the root of
/// [`variance_inflation`].
///
/// 0 for a constant series and for fewer than three values.
pub fn deviate(values: &[f64]) -> f64 {
    let excess = rising_pairs(values);
    let variance = pair_variance(values);
    if values.len() < 3 || variance <= 0.0 {
        return 0.0;
    }
    // The correction for continuity: the count moves in steps.
    (excess - excess.signum()) / variance.sqrt()
}

/// The slope of Theil (1950) and its interval after Sen (1968): the median of all pairs' slopes,
/// and the pairs between which it lies with 95 % confidence. `None` for fewer than two values.
pub fn slope(values: &[f64]) -> Option<Slope> {
    let mut slopes: Vec<f64> = pair_slopes(values).collect();
    slopes.sort_unstable_by(f64::total_cmp);
    let last = slopes.len().checked_sub(1)?;
    let spread = Z_95 * (pair_variance(values) * variance_inflation(values)).sqrt();
    let pairs = slopes.len() as f64;
    let low = nearest_index(((pairs - spread) / 2.0).floor(), last);
    let high = nearest_index(f64::midpoint(pairs, spread).ceil(), last);
    Some(Slope { median: median_of_sorted(&slopes), low: slopes[low], high: slopes[high] })
}

/// Whether the second half gains less than the first: the normal deviate of the difference of
/// their mean gains per round. Above 0 the growth slows down; 0 while the second half still gains
/// most of what the first did, since chance alone makes small differences.
///
/// The gains' variance is that of successive differences (von Neumann 1941), which a change of the
/// rate itself does not enter; noise of the readings enters twice, which makes the test cautious.
pub fn slowing(values: &[f64]) -> f64 {
    let gains: Vec<f64> = values.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let half = gains.len() / 2;
    if half < 2 {
        return 0.0;
    }
    let mean = |gains: &[f64]| gains.iter().sum::<f64>() / gains.len() as f64;
    let (first, second) = (mean(&gains[..half]), mean(&gains[gains.len() - half..]));
    if second >= KEPT_UP * first {
        return 0.0;
    }
    let successive: Vec<f64> = gains.windows(2).map(|pair| (pair[1] - pair[0]).powi(2)).collect();
    let variance = mean(&successive) / 2.0;
    if variance > 0.0 { (first - second) / (variance * 2.0 / half as f64).sqrt() } else { 0.0 }
}

/// How far the series rises in all, as a multiple of the range of what is left when the rise is taken
/// out. What swings or wanders comes back within its own range; a rise of many times that range is
/// none of its swings, however alike neighbours are. 0 for a series that falls, and for one without
/// noise, of which nothing is left.
pub fn clearance(values: &[f64]) -> f64 {
    let (steepness, residuals) = without_rise(values);
    let least = residuals.iter().copied().fold(f64::INFINITY, f64::min);
    let most = residuals.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let gain = steepness * values.len().saturating_sub(1) as f64;
    if most > least { (gain / (most - least)).max(0.0) } else { 0.0 }
}

/// How much wider the pairs' variance is than that of independent values: `(1 + r) / (1 - r)` for
/// the correlation `r` of neighbours after the trend is taken out (the effective sample size of
/// Bayley and Hammersley 1946, used for this test by Yue and Wang 2004). `r` is corrected for its
/// bias in short series (Kendall 1954). Never below 1.
pub fn variance_inflation(values: &[f64]) -> f64 {
    let (_, residuals) = without_rise(values);
    let mean = residuals.iter().sum::<f64>() / residuals.len().max(1) as f64;
    let power: f64 = residuals.iter().map(|value| (value - mean).powi(2)).sum();
    if power <= f64::EPSILON * values.len() as f64 {
        return 1.0;
    }
    let product: f64 = residuals.windows(2).map(|pair| (pair[0] - mean) * (pair[1] - mean)).sum();
    let raw = product / power;
    let corrected = raw + (1.0 + 3.0 * raw) / values.len() as f64;
    let correlation = corrected.clamp(0.0, 0.95);
    (1.0 + correlation) / (1.0 - correlation)
}

/// The median of all pairs' slopes, and what is left of the series when a rise so steep is taken out.
fn without_rise(values: &[f64]) -> (f64, Vec<f64>) {
    let mut slopes: Vec<f64> = pair_slopes(values).collect();
    let middle = slopes.len() / 2;
    // Quicker than to sort thousands of pairs; of two in the middle it takes the mean all the same.
    let steepness = if slopes.is_empty() {
        0.0
    } else {
        let even = slopes.len().is_multiple_of(2);
        let (below, upper, _) = slopes.select_nth_unstable_by(middle, f64::total_cmp);
        let lower = below.iter().copied().max_by(f64::total_cmp).filter(|_| even);
        lower.map_or(*upper, |lower| f64::midpoint(lower, *upper))
    };
    let left = values.iter().zip(0_u32..).map(|(value, at)| value - steepness * f64::from(at));
    (steepness, left.collect())
}

/// The deviate that a normal value exceeds with probability `chance`, for chances from 1e-9 to 0.5;
/// off by less than 0.0005 (Hastings 1955, in Abramowitz and Stegun 26.2.23).
pub fn upper_deviate(chance: f64) -> f64 {
    let root = (-2.0 * chance.clamp(1e-9, 0.5).ln()).sqrt();
    let above = 2.515_517 + root * (0.802_853 + root * 0.010_328);
    let below = 1.0 + root * (1.432_788 + root * (0.189_269 + root * 0.001_308));
    root - above / below
}

/// Rising pairs of values less falling ones.
fn rising_pairs(values: &[f64]) -> f64 {
    pairs(values).map(|(_, earlier, later)| sign(later - earlier)).sum()
}

/// The variance of [`rising_pairs`] for independent values, ties taken into account.
fn pair_variance(values: &[f64]) -> f64 {
    let term = |count: f64| count * (count - 1.0) * (2.0 * count + 5.0);
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let ties: f64 = sorted.chunk_by(|a, b| a == b).map(|tied| term(tied.len() as f64)).sum();
    (term(values.len() as f64) - ties) / 18.0
}

fn pair_slopes(values: &[f64]) -> impl Iterator<Item = f64> {
    pairs(values).map(|(distance, earlier, later)| (later - earlier) / distance)
}

/// Every pair: how many rounds apart, the earlier value, the later value.
fn pairs(values: &[f64]) -> impl Iterator<Item = (f64, f64, f64)> {
    values.iter().enumerate().flat_map(move |(at, earlier)| {
        let later = values[at + 1..].iter().zip(1_u32..);
        later.map(move |(later, distance)| (f64::from(distance), *earlier, *later))
    })
}

fn sign(value: f64) -> f64 {
    if value == 0.0 { 0.0 } else { value.signum() }
}

fn median_of_sorted(sorted: &[f64]) -> f64 {
    match sorted.len() {
        0 => 0.0,
        count if count % 2 == 1 => sorted[count / 2],
        count => f64::midpoint(sorted[count / 2 - 1], sorted[count / 2]),
    }
}

/// A computed position as an index, held within `0..=last`.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // clamped to 0..=last before.
fn nearest_index(position: f64, last: usize) -> usize {
    position.clamp(0.0, last as f64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_deviate_is_that_of_a_worked_example() {
        // Ten rising values: 45 rising pairs, variance 10 * 9 * 25 / 18 = 125.
        let rising: Vec<f64> = (0..10).map(f64::from).collect();
        assert!((deviate(&rising) - 44.0 / 125.0_f64.sqrt()).abs() < 1e-12);
        let falling: Vec<f64> = rising.iter().rev().copied().collect();
        assert!((deviate(&falling) + 44.0 / 125.0_f64.sqrt()).abs() < 1e-12);
    }

    #[test]
    fn deviates_are_those_of_the_tables() {
        for (chance, deviate) in [(0.5, 0.0), (0.05, 1.645), (0.01, 2.326), (0.0001, 3.719)] {
            assert!((upper_deviate(chance) - deviate).abs() < 0.001, "{chance}");
        }
    }

    #[test]
    fn ties_lower_the_variance() {
        // 1 1 2 2: four rising pairs; (4*3*13 - 2*(2*1*9)) / 18 = 120 / 18.
        assert!((pair_variance(&[1.0, 1.0, 2.0, 2.0]) - 120.0 / 18.0).abs() < 1e-12);
        assert!(deviate(&[7.0; 12]).abs() < f64::EPSILON);
    }

    #[test]
    fn one_outlier_does_not_move_the_slope() {
        let mut values: Vec<f64> = (0..12).map(|round| 3.0 * f64::from(round)).collect();
        values[5] = 9_000.0;
        let slope = slope(&values).unwrap();
        assert!((slope.median - 3.0).abs() < 1e-12);
        assert!(slope.low <= 3.0 && 3.0 <= slope.high);
    }

    #[test]
    fn growth_that_slows_down_is_told_from_growth_in_batches() {
        let filling: Vec<f64> = (0..24).map(|round| f64::from(round.min(16)) * 100.0).collect();
        assert!(slowing(&filling) > 3.0);
        let batches: Vec<f64> = (0..24).map(|round| f64::from(round / 3) * 6.0).collect();
        assert!(slowing(&batches) < 1.0);
    }

    #[test]
    fn a_rise_is_clear_of_a_wave_that_is_smaller_than_it() {
        let wave = |rate: f64| -> Vec<f64> {
            (0..32).map(|at| 50.0 * (f64::from(at) / 2.0).sin() + rate * f64::from(at)).collect()
        };
        assert!(clearance(&wave(10.0)) > 2.5);
        assert!(clearance(&wave(0.0)) < 0.5);
        assert!(clearance(&[3.0; 9]).abs() < f64::EPSILON);
    }

    #[test]
    fn neighbours_that_move_together_widen_the_variance() {
        let alternating: Vec<f64> = (0..24).map(|round| f64::from(round % 2)).collect();
        assert!((variance_inflation(&alternating) - 1.0).abs() < f64::EPSILON);
        let swinging: Vec<f64> = (0..48).map(|round| f64::from(round % 12)).collect();
        assert!(variance_inflation(&swinging) > 3.0);
    }
}
