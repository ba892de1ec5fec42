//! What the series are made of.

use fastrand::Rng;

use super::ROUNDS;

/// A level that nothing here brings near zero.
pub const LEVEL: f64 = 10_000.0;

pub fn each(mut value: impl FnMut(f64) -> f64) -> Vec<f64> {
    (0..ROUNDS).map(|round| LEVEL + value(round as f64)).collect()
}

/// From `low` to just below `high`.
pub fn between(rng: &mut Rng, low: f64, high: f64) -> f64 {
    low + (high - low) * rng.f64()
}

/// A normal deviate (Box and Muller 1958).
pub fn normal(rng: &mut Rng) -> f64 {
    let radius = (-2.0 * (1.0 - rng.f64()).ln()).sqrt();
    radius * (std::f64::consts::TAU * rng.f64()).cos()
}

/// The height of a step of `size` at round `at`.
pub fn step(round: f64, at: f64, size: f64) -> f64 {
    if round >= at { size } else { 0.0 }
}

pub fn sawtooth(rng: &mut Rng) -> impl FnMut(f64) -> f64 + use<> {
    let period = between(rng, 3.0, 10.0).floor();
    let height = between(rng, 10.0, 200.0);
    let phase = between(rng, 0.0, period).floor();
    move |round| ((round + phase) % period) / period * height
}

/// Noise in which neighbours are alike: a first-order autoregression.
pub fn correlated(rng: &mut Rng, memory: f64, size: f64) -> Vec<f64> {
    let mut value = normal(rng) / (1.0 - memory * memory).sqrt();
    each(|_| {
        value = memory * value + normal(rng);
        value * size
    })
}

/// How many of `keys` different keys have been seen when `draws` are drawn in each round.
pub fn distinct_keys(rng: &mut Rng, keys: usize, draws: usize) -> Vec<f64> {
    let mut seen = vec![false; keys];
    let mut count = 0.0;
    each(|_| {
        for _ in 0..draws {
            let key = rng.usize(..keys);
            if !std::mem::replace(&mut seen[key], true) {
                count += 1.0;
            }
        }
        count
    })
}

pub fn add(mut values: Vec<f64>, mut more: impl FnMut(f64) -> f64) -> Vec<f64> {
    for (round, value) in values.iter_mut().enumerate() {
        *value += more(round as f64);
    }
    values
}

pub fn jitter(rng: &mut Rng, size: f64) -> Vec<f64> {
    each(|_| between(rng, -size, size))
}

/// A value up to `limit`, each order of magnitude from 1 on as likely as the others.
pub fn of_any_size(rng: &mut Rng, limit: f64) -> f64 {
    limit.powf(rng.f64())
}

/// Noise with heavy tails: Student's distribution with two degrees of freedom, of no finite variance.
pub fn heavy_tails(rng: &mut Rng, size: f64) -> Vec<f64> {
    each(|_| normal(rng) / (1.0 - rng.f64()).sqrt() * size)
}

/// A wave of `height` around the level, with a period of 6 to 24 rounds and any phase.
pub fn seasonal(rng: &mut Rng, height: f64) -> Vec<f64> {
    let (period, phase) = (between(rng, 6.0, 24.0), rng.f64());
    each(|round| height * (std::f64::consts::TAU * (round / period + phase)).sin() + normal(rng))
}
