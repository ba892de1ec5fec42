//! The components of the series.

use fastrand::Rng;

use super::ROUNDS;

/// A level so high that no component comes near zero.
const LEVEL: f64 = 10_000.0;

/// A series around the level, given by a function of the round, counted from 0.
pub fn each(mut value: impl FnMut(f64) -> f64) -> Vec<f64> {
    (0..ROUNDS).map(|round| LEVEL + value(round as f64)).collect()
}

pub fn add(mut values: Vec<f64>, mut more: impl FnMut(f64) -> f64) -> Vec<f64> {
    for (round, value) in values.iter_mut().enumerate() {
        *value += more(round as f64);
    }
    values
}

/// A number from `low` to just below `high`.
pub fn between(rng: &mut Rng, low: f64, high: f64) -> f64 {
    low + (high - low) * rng.f64()
}

/// Like `between`, but each order of magnitude is equally likely.
pub fn of_any_size(rng: &mut Rng, low: f64, high: f64) -> f64 {
    low * (high / low).powf(rng.f64())
}

/// Like `of_any_size`, as a whole number.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // Small and not negative.
pub fn number(rng: &mut Rng, low: f64, high: f64) -> usize {
    of_any_size(rng, low, high) as usize
}

/// A normal deviate (Box and Muller 1958).
pub fn normal(rng: &mut Rng) -> f64 {
    let radius = (-2.0 * (1.0 - rng.f64()).ln()).sqrt();
    radius * (std::f64::consts::TAU * rng.f64()).cos()
}

/// A number of events with the expected value `mean`.
pub fn poisson(rng: &mut Rng, mean: f64) -> f64 {
    if mean > 50.0 {
        return (mean + mean.sqrt() * normal(rng)).round().max(0.0);
    }
    let limit = (-mean).exp();
    let (mut events, mut product) = (0.0, rng.f64());
    while product > limit {
        events += 1.0;
        product *= rng.f64();
    }
    events
}

/// At least 1, with tails so heavy that there is no variance for an `exponent` up to 2.
pub fn pareto(rng: &mut Rng, exponent: f64) -> f64 {
    (1.0 - rng.f64()).powf(-1.0 / exponent)
}

/// The height of a step of `size` at round `at`.
pub fn step(round: f64, at: f64, size: f64) -> f64 {
    if round >= at { size } else { 0.0 }
}

pub fn jitter(rng: &mut Rng, size: f64) -> Vec<f64> {
    each(|_| between(rng, -size, size))
}

/// Noise with heavy tails: Student's distribution with two degrees of freedom, which has no finite
/// variance.
pub fn heavy_tails(rng: &mut Rng, size: f64) -> Vec<f64> {
    each(|_| normal(rng) / (1.0 - rng.f64()).sqrt() * size)
}

/// One round in ten holds much more.
pub fn spikes(rng: &mut Rng) -> Vec<f64> {
    each(|_| if rng.f64() < 0.1 { between(rng, 100.0, 5000.0) } else { 0.0 })
}

/// Noise in which neighbours are similar: a first-order autoregression.
pub fn correlated(rng: &mut Rng, memory: f64, size: f64) -> Vec<f64> {
    let mut value = normal(rng) / (1.0 - memory * memory).sqrt();
    each(|_| {
        value = memory * value + normal(rng);
        value * size
    })
}

/// A random walk that is reflected at 0 and at `cap` steps.
pub fn walk(rng: &mut Rng, cap: f64) -> Vec<f64> {
    let mut value = cap * rng.f64();
    each(|_| {
        value = (value + normal(rng)).abs();
        if value > cap {
            value = 2.0 * cap - value;
        }
        10.0 * value
    })
}

/// Rises to `height` within `period` rounds, and is then cleared.
pub fn sawtooth(rng: &mut Rng, shortest: f64, longest: f64, height: f64) -> Vec<f64> {
    let period = between(rng, shortest, longest);
    let phase = between(rng, 0.0, period);
    each(|round| ((round + phase) % period).floor() / period * height)
}

/// A wave of `height`.
pub fn wave(rng: &mut Rng, height: f64, shortest: f64, longest: f64) -> Vec<f64> {
    let (period, phase) = (between(rng, shortest, longest), rng.f64());
    each(|round| height * (std::f64::consts::TAU * (round / period + phase)).sin() + normal(rng))
}

/// The entries left by a cleaner that runs every `period` rounds, while about 37 entries are added per
/// round.
pub fn cleaned(rng: &mut Rng, shortest: f64, longest: f64) -> Vec<f64> {
    let period = between(rng, shortest, longest).floor();
    let phase = between(rng, 0.0, period).floor();
    let mut entries = 0.0;
    each(|round| {
        if (round + phase) % period == 0.0 {
            entries = 0.0;
        }
        entries += poisson(rng, 37.0);
        entries
    })
}

/// How many of `keys` different keys have been seen, with `draws` draws per round on average.
pub fn distinct(rng: &mut Rng, keys: usize, draws: f64) -> Vec<f64> {
    let mut seen = vec![false; keys];
    let (mut count, mut due) = (0.0, 0.0);
    each(|_| {
        due += draws;
        while due >= 1.0 {
            due -= 1.0;
            if !std::mem::replace(&mut seen[rng.usize(..keys)], true) {
                count += 1.0;
            }
        }
        count
    })
}

/// The same, where the probability of the k-th key is proportional to `k` to the power of `-exponent`.
pub fn distinct_zipf(rng: &mut Rng, keys: usize, exponent: f64, draws: usize) -> Vec<f64> {
    let mut sum = 0.0;
    let sums: Vec<f64> = (1..=keys)
        .map(|rank| {
            sum += (rank as f64).powf(-exponent);
            sum
        })
        .collect();
    let mut seen = vec![false; keys];
    let mut count = 0.0;
    each(|_| {
        for _ in 0..draws {
            let drawn = rng.f64() * sum;
            let key = sums.partition_point(|sum| *sum < drawn).min(keys - 1);
            if !std::mem::replace(&mut seen[key], true) {
                count += 1.0;
            }
        }
        count
    })
}

/// The sum of the high-water marks of `buffers`, each of which gets another value with probability
/// `chance` in a round.
pub fn high_water(
    rng: &mut Rng,
    buffers: usize,
    chance: f64,
    mut value: impl FnMut(&mut Rng) -> f64,
) -> Vec<f64> {
    let mut marks = vec![0.0_f64; buffers];
    each(|_| {
        for mark in &mut marks {
            if rng.f64() < chance {
                *mark = mark.max(value(rng));
            }
        }
        marks.iter().sum()
    })
}
