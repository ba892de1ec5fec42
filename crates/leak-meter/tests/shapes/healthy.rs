//! Series that neither leak nor fill: levels, one-off steps, noise.

use super::noise::{
    add, between, correlated, each, heavy_tails, jitter, normal, of_any_size, poisson, spikes,
    step, walk,
};
use super::{Shape, healthy};

pub fn shapes() -> Vec<Shape> {
    [levels_and_steps(), noises()].into_iter().flatten().collect()
}

fn levels_and_steps() -> Vec<Shape> {
    vec![
        healthy("flat", |_| each(|_| 0.0)).steady_in(1.0),
        healthy("early lazy set-up", |rng| {
            let at = between(rng, 0.0, 3.0);
            each(|round| step(round, at, 400.0))
        })
        .steady_in(1.0),
        healthy("late lazy set-up", |rng| {
            let (at, size) = (between(rng, 3.0, 90.0), between(rng, 1.0, 500.0));
            each(|round| step(round, at, size))
        })
        .steady_in(1.0),
        healthy("two late lazy set-ups", |rng| {
            let (one, other) = (between(rng, 3.0, 90.0), between(rng, 3.0, 90.0));
            each(|round| step(round, one, 30.0) + step(round, other, 50.0))
        })
        .steady_in(1.0),
        healthy("five lazy set-ups at any time", |rng| {
            let times: Vec<f64> = (0..5).map(|_| between(rng, 0.0, 96.0)).collect();
            each(|round| times.iter().map(|at| step(round, *at, 40.0)).sum())
        })
        .steady_in(0.45),
        healthy("late lazy set-up under jitter", |rng| {
            let (at, size) = (between(rng, 3.0, 90.0), between(rng, 5.0, 100.0));
            add(jitter(rng, 10.0), |round| step(round, at, size))
        })
        .steady_in(0.99),
        healthy("two late lazy set-ups under jitter", |rng| {
            let (one, other) = (between(rng, 3.0, 90.0), between(rng, 3.0, 90.0));
            add(jitter(rng, 5.0), |round| step(round, one, 20.0) + step(round, other, 20.0))
        })
        .steady_in(0.99),
    ]
}

fn noises() -> Vec<Shape> {
    vec![
        healthy("jitter of any size", |rng| {
            let size = of_any_size(rng, 1.0, 3000.0);
            jitter(rng, size)
        })
        .steady_in(0.98),
        healthy("jitter with heavy tails", |rng| {
            let size = of_any_size(rng, 1.0, 100.0);
            heavy_tails(rng, size)
        })
        .steady_in(0.98),
        healthy("noise of one", |rng| each(|_| f64::from(u8::from(rng.bool())))).steady_in(0.98),
        healthy("a rare one", |rng| {
            let chance = between(rng, 0.02, 0.2);
            each(|_| f64::from(u8::from(rng.f64() < chance)))
        })
        .steady_in(0.98),
        healthy("spikes", spikes).steady_in(0.98),
        healthy("deferred frees", |rng| {
            let mut waiting = 0.0;
            each(|_| {
                waiting = (waiting + between(rng, 50.0, 150.0)) % 128.0;
                waiting
            })
        })
        .steady_in(0.98),
        healthy("requests in flight", |rng| {
            let mean = of_any_size(rng, 1.0, 1000.0);
            each(|_| poisson(rng, mean))
        })
        .steady_in(0.98),
        healthy("correlated noise (0.3 to 0.6)", |rng| {
            let memory = between(rng, 0.3, 0.6);
            correlated(rng, memory, 20.0)
        })
        .steady_in(0.98),
        healthy("correlated noise (0.6 to 0.85)", |rng| {
            let memory = between(rng, 0.6, 0.85);
            correlated(rng, memory, 20.0)
        })
        .steady_in(0.97),
        healthy("correlated noise (0.85 to 0.95)", |rng| {
            let memory = between(rng, 0.85, 0.95);
            correlated(rng, memory, 20.0)
        })
        .steady_in(0.97),
        healthy("random walk within 3 to 8 steps", |rng| {
            let cap = between(rng, 3.0, 8.0);
            walk(rng, cap)
        })
        .steady_in(0.97),
        healthy("random walk within 8 to 25 steps", |rng| {
            let cap = between(rng, 8.0, 25.0);
            walk(rng, cap)
        })
        .steady_in(0.95),
        healthy("levels that change every 5 to 40 rounds", |rng| {
            let (dwell, height) = (between(rng, 5.0, 40.0), of_any_size(rng, 10.0, 1000.0));
            let mut level = 0.0;
            each(|_| {
                if rng.f64() < 1.0 / dwell {
                    level = between(rng, 0.0, height);
                }
                level
            })
        })
        .steady_in(0.95),
        healthy("queue that wanders between its ends", |rng| {
            let mut length: f64 = 20.0;
            each(|_| {
                length = (length + (4.0 * normal(rng)).round()).clamp(0.0, 40.0);
                length
            })
        })
        .steady_in(0.97),
        healthy("40 places with jitter", |rng| jitter(rng, 5.0))
            .beside(39, |rng| jitter(rng, 50.0))
            .steady_in(0.98),
        healthy("40 places with correlated noise (0.5)", |rng| correlated(rng, 0.5, 20.0))
            .beside(39, |rng| correlated(rng, 0.5, 20.0))
            .steady_in(0.95),
    ]
}
