//! Leaks that must be found.

use super::noise::{
    add, between, correlated, each, heavy_tails, jitter, normal, of_any_size, seasonal, step,
};
use super::{Shape, leak};

pub fn shapes() -> Vec<Shape> {
    vec![
        leak("leak: 1 a round, of 1,000 operations", 0.0, 1.0, |_| each(|round| round)),
        leak("leak: 5 a round after a warm-up", 0.0, 1.0, |rng| {
            let at = between(rng, 0.0, 3.0);
            each(|round| 5.0 * round + step(round, at, 800.0))
        }),
        leak("leak: 6 every third round", 0.0, 1.0, |_| each(|round| 6.0 * (round / 3.0).floor())),
        leak("leak: 20 every fifth round", 0.05, 0.95, |rng| {
            let phase = between(rng, 0.0, 5.0).floor();
            each(|round| 20.0 * ((round + phase) / 5.0).floor())
        }),
        leak("leak: 1 in every other round, by chance", 0.03, 0.95, |rng| {
            let mut kept = 0.0;
            each(|_| {
                kept += f64::from(u8::from(rng.bool()));
                kept
            })
        }),
        leak("leak: 1,000 a round, give or take 30", 0.0, 0.98, |rng| {
            let mut kept = 0.0;
            each(|_| {
                kept += 1000.0 + 30.0 * normal(rng);
                kept
            })
        }),
        leak("leak: 3 a round under jitter of ±5", 0.05, 0.95, |rng| {
            add(jitter(rng, 5.0), |round| 3.0 * round)
        }),
        leak("leak: 1 a round under jitter of ±5", 0.05, 0.95, |rng| {
            add(jitter(rng, 5.0), |round| round)
        }),
        leak("leak: 2 a round under a sawtooth of 40", 0.05, 0.95, |rng| {
            let period = between(rng, 3.0, 10.0).floor();
            each(|round| 2.0 * round + (round % period) / period * 40.0)
        }),
        leak("leak: 5 a round under correlated noise (0.5)", 0.05, 0.95, |rng| {
            add(correlated(rng, 0.5, 10.0), |round| 5.0 * round)
        }),
        leak("leak: 3 a round and one late lazy set-up", 0.05, 0.95, |rng| {
            let at = between(rng, 3.0, 40.0);
            each(|round| 3.0 * round + step(round, at, 50.0))
        }),
        // Rarer than two thirds of twelve rounds: a run that ends at the twelfth may see none of it.
        leak("leak: 50 every twelfth round", 0.45, 0.35, |rng| {
            let phase = between(rng, 0.0, 12.0).floor();
            each(|round| 50.0 * ((round + phase) / 12.0).floor())
        }),
        leak("leak: 2 a round that starts late", 0.05, 0.95, |rng| {
            let start = between(rng, 3.0, 10.0);
            each(|round| 2.0 * (round - start).max(0.0))
        }),
        leak("leak: 2 a round beside a cache that fills", 0.05, 0.9, |rng| {
            let full = between(rng, 3.0, 20.0);
            each(|round| 2.0 * round + 20.0 * round.min(full))
        }),
        leak("leak: a fifth of any jitter a round", 0.05, 0.95, |rng| {
            let size = of_any_size(rng, 1000.0).max(5.0);
            add(jitter(rng, size), |round| size / 5.0 * round)
        }),
        leak("leak: 5 a round under heavy tails of 10", 0.05, 0.95, |rng| {
            add(heavy_tails(rng, 10.0), |round| 5.0 * round)
        }),
        leak("leak: 1 a round under noise of one", 0.0, 0.98, |rng| {
            add(each(|_| f64::from(u8::from(rng.bool()))), |round| round)
        }),
        leak("leak: 10 a round under correlated noise (0.8)", 0.05, 0.95, |rng| {
            add(correlated(rng, 0.8, 10.0), |round| 10.0 * round)
        }),
        leak("leak: 10 a round under a wave of 50", 0.05, 0.65, |rng| {
            add(seasonal(rng, 50.0), |round| 10.0 * round)
        }),
        leak("leak: 1 a round among 40 noisy places", 0.0, 0.98, |_| each(|round| round))
            .beside(39, |rng| jitter(rng, 50.0)),
        leak("leak: 2 a round under jitter of ±5, among 40", 0.05, 0.95, |rng| {
            add(jitter(rng, 5.0), |round| 2.0 * round)
        })
        .beside(39, |rng| jitter(rng, 5.0)),
    ]
}
