//! The shapes, healthy and leaking, with the rates that the verdict must keep.

use super::{
    Shape, add, between, correlated, distinct_keys, each, healthy, jitter, leak, normal, sawtooth,
    step,
};

pub fn catalogue() -> Vec<Shape> {
    let mut shapes = healthy_shapes();
    shapes.extend(leaking_shapes());
    shapes
}

fn healthy_shapes() -> Vec<Shape> {
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
            let size = 10_f64.powf(between(rng, 0.0, 3.5));
            jitter(rng, size)
        }),
        healthy("jitter with outliers", 0.0, 0.95, |rng| {
            each(|_| normal(rng) / (1.0 - rng.f64()).sqrt() * 10.0)
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
    ]
}

fn leaking_shapes() -> Vec<Shape> {
    vec![
        leak("leak: 1 a round", 0.0, 1.0, |_| each(|round| round)),
        leak("leak: 5 a round after a warm-up", 0.0, 1.0, |rng| {
            let at = between(rng, 0.0, 3.0);
            each(|round| 5.0 * round + step(round, at, 800.0))
        }),
        leak("leak: 6 every third round", 0.0, 1.0, |_| each(|round| 6.0 * (round / 3.0).floor())),
        leak("leak: 20 every fifth round", 0.05, 0.95, |rng| {
            let phase = between(rng, 0.0, 5.0).floor();
            each(|round| 20.0 * ((round + phase) / 5.0).floor())
        }),
        leak("leak: 1 in every other round, by chance", 0.05, 0.9, |rng| {
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
    ]
}
