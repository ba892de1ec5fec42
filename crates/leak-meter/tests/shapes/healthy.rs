//! What is no leak: it is never called one, and nearly always Steady.

use super::noise::{
    add, between, correlated, distinct_keys, each, heavy_tails, jitter, normal, of_any_size,
    sawtooth, seasonal, step,
};
use super::{Shape, healthy};

#[allow(clippy::too_many_lines)] // A table: one entry after the other.
pub fn shapes() -> Vec<Shape> {
    vec![
        healthy("flat", 0.0, 1.0, |_| each(|_| 0.0)),
        healthy("early lazy set-up", 0.0, 1.0, |rng| {
            let at = between(rng, 0.0, 3.0);
            each(|round| step(round, at, 400.0))
        }),
        healthy("late lazy set-up", 0.0, 1.0, |rng| {
            let (at, size) = (between(rng, 3.0, 40.0), between(rng, 1.0, 500.0));
            each(|round| step(round, at, size))
        }),
        healthy("two late lazies", 0.0, 0.9, |rng| {
            let (first, second) = (between(rng, 3.0, 40.0), between(rng, 3.0, 40.0));
            each(|round| step(round, first, 30.0) + step(round, second, 50.0))
        }),
        healthy("late lazy set-up under jitter", 0.0, 0.9, |rng| {
            let (at, size) = (between(rng, 3.0, 40.0), between(rng, 5.0, 100.0));
            add(jitter(rng, 10.0), |round| step(round, at, size))
        }),
        healthy("sawtooth", 0.0, 0.95, |rng| each(sawtooth(rng))),
        healthy("cache full early", 0.0, 1.0, |rng| {
            let full = between(rng, 0.5, 3.0);
            each(|round| 1000.0 * round.min(full))
        }),
        healthy("cache that fills within the run", 0.0, 0.9, |rng| {
            let full = between(rng, 3.0, 20.0);
            each(|round| 100.0 * round.min(full))
        }),
        healthy("jitter of ±5", 0.0, 0.95, |rng| jitter(rng, 5.0)),
        healthy("jitter of any size", 0.0, 0.95, |rng| {
            let size = of_any_size(rng, 3000.0);
            jitter(rng, size)
        }),
        healthy("jitter with heavy tails", 0.0, 0.95, |rng| {
            let size = of_any_size(rng, 100.0);
            heavy_tails(rng, size)
        }),
        healthy("pool at its high-water mark", 0.0, 0.9, |rng| {
            let mut most: f64 = 0.0;
            each(|_| {
                most = most.max((40.0 + 8.0 * normal(rng)).round());
                most
            })
        }),
        healthy("correlated noise (0.5)", 0.01, 0.95, |rng| correlated(rng, 0.5, 20.0)),
        healthy("correlated noise (0.8)", 0.01, 0.9, |rng| correlated(rng, 0.8, 20.0)),
        healthy("random keys into a bounded set", 0.02, 0.7, |rng| {
            let rounds_to_fill = between(rng, 1.0, 10.0);
            let keys = 2000;
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let draws = (f64::from(keys) / rounds_to_fill) as usize;
            distinct_keys(rng, 2000, draws)
        }),
        healthy("deferred frees", 0.0, 0.95, |rng| {
            let mut waiting = 0.0;
            each(|_| {
                waiting = (waiting + between(rng, 50.0, 150.0)) % 128.0;
                waiting
            })
        }),
        healthy("noise of one", 0.0, 0.95, |rng| each(|_| f64::from(u8::from(rng.bool())))),
        healthy("a rare one", 0.0, 0.95, |rng| {
            let chance = between(rng, 0.02, 0.2);
            each(|_| f64::from(u8::from(rng.f64() < chance)))
        }),
        healthy("spikes", 0.0, 0.95, |rng| {
            each(|_| if rng.f64() < 0.1 { between(rng, 100.0, 5000.0) } else { 0.0 })
        }),
        healthy("two late lazies under jitter", 0.0, 0.9, |rng| {
            let (first, second) = (between(rng, 3.0, 40.0), between(rng, 3.0, 40.0));
            add(jitter(rng, 5.0), |round| step(round, first, 20.0) + step(round, second, 20.0))
        }),
        healthy("sawtooth with a long period", 0.0, 0.9, |rng| {
            let (period, height) = (between(rng, 10.0, 18.0), between(rng, 10.0, 500.0));
            let phase = between(rng, 0.0, period);
            each(|round| ((round + phase) % period) / period * height)
        }),
        // A swing that takes as long as the run is, so far, a leak.
        healthy("sawtooth as long as a short run", 0.1, 0.85, |rng| {
            let (period, height) = (between(rng, 18.0, 26.0), between(rng, 30.0, 500.0));
            let phase = between(rng, 0.0, period);
            each(|round| ((round + phase) % period) / period * height)
        }),
        healthy("seasonal", 0.01, 0.9, |rng| {
            let height = of_any_size(rng, 200.0);
            seasonal(rng, height)
        }),
        healthy("slow drift that stops, under jitter", 0.01, 0.95, |rng| {
            let (stop, rate) = (between(rng, 6.0, 20.0), between(rng, 1.0, 20.0));
            add(jitter(rng, 5.0), |round| rate * round.min(stop))
        }),
        healthy("cache that fills late", 0.0, 0.9, |rng| {
            let start = between(rng, 6.0, 12.0);
            let full = start + between(rng, 2.0, 8.0);
            each(|round| 100.0 * (round.clamp(start, full) - start))
        }),
        healthy("queue that wanders between its ends", 0.01, 0.7, |rng| {
            let mut length: f64 = 20.0;
            each(|_| {
                length = (length + (4.0 * normal(rng)).round()).clamp(0.0, 40.0);
                length
            })
        }),
        healthy("pool with heavy tails at its high-water mark", 0.0, 0.7, |rng| {
            let mut most: f64 = 0.0;
            each(|_| {
                most = most.max((40.0 + 4.0 * normal(rng) / (1.0 - rng.f64()).sqrt()).round());
                most
            })
        }),
        healthy("40 places with jitter", 0.0, 0.95, |rng| jitter(rng, 5.0))
            .beside(39, |rng| jitter(rng, 50.0)),
        healthy("40 places with correlated noise (0.5)", 0.01, 0.7, |rng| {
            correlated(rng, 0.5, 20.0)
        })
        .beside(39, |rng| correlated(rng, 0.5, 20.0)),
    ]
}
