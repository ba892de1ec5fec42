//! Series that leak.

use super::noise::{
    add, between, correlated, each, heavy_tails, jitter, normal, of_any_size, pareto, poisson,
    sawtooth, spikes, step, wave,
};
use super::{Kind, Shape, leak};

pub fn shapes() -> Vec<Shape> {
    [plain(), by_chance(), late_or_beside(), under_noise(), under_swings()]
        .into_iter()
        .flatten()
        .collect()
}

fn plain() -> Vec<Shape> {
    let batches = |name, size: f64, shortest, longest| {
        leak(name, move |rng| {
            let period = between(rng, shortest, longest).floor();
            let phase = between(rng, 0.0, period).floor();
            (each(|round| size * ((round + phase) / period).floor()), Some(size / period))
        })
    };
    vec![
        leak("leak: 1 a round", |_| (each(|round| round), Some(1.0))),
        leak("leak: any rate", |rng| {
            let rate = of_any_size(rng, 0.3, 3000.0);
            (each(|round| (rate * round).floor()), Some(rate))
        }),
        leak("leak: 5 a round after a warm-up", |rng| {
            let at = between(rng, 0.0, 5.0);
            (each(|round| 5.0 * round + step(round, at, 800.0)), Some(5.0))
        }),
        batches("leak: 20 every 2 to 6 rounds", 20.0, 2.0, 7.0),
        batches("leak: 50 every 7 to 12 rounds", 50.0, 7.0, 13.0),
        leak("leak: 1,000 a round, give or take 30", |rng| {
            let mut kept = 0.0;
            let series = each(|_| {
                kept += 1000.0 + 30.0 * normal(rng);
                kept
            });
            (series, Some(1000.0))
        }),
    ]
}

fn by_chance() -> Vec<Shape> {
    let chance = |name, lowest, highest| {
        leak(name, move |rng| {
            let rate = of_any_size(rng, lowest, highest);
            let mut kept = 0.0;
            let series = each(|_| {
                kept += poisson(rng, rate);
                kept
            });
            (series, Some(rate))
        })
    };
    let heavy = |name, chance: f64, times: usize| {
        leak(name, move |rng| {
            let mut kept = 0.0;
            let series = each(|_| {
                for _ in 0..times {
                    if rng.f64() < chance {
                        kept += (10.0 * pareto(rng, 1.2)).round();
                    }
                }
                kept
            });
            // The sizes have no variance, so the mean of one run says little about the mean of all
            // runs.
            (series, None)
        })
    };
    vec![
        chance("leak: 0.1 to 0.8 a round by chance", 0.1, 0.8).kind(Kind::FaintLeak),
        chance("leak: 0.9 to 2 a round by chance", 0.9, 2.0),
        chance("leak: 2 to 100 a round by chance", 2.0, 100.0),
        heavy("leak: 5 a round, sizes with heavy tails", 1.0, 5),
        heavy("leak: once in 10 rounds, sizes with heavy tails", 0.1, 1).kind(Kind::FaintLeak),
    ]
}

fn late_or_beside() -> Vec<Shape> {
    let from = |name, rate: f64, earliest, latest, noise| {
        leak(name, move |rng| {
            let begins = between(rng, earliest, latest);
            let base = jitter(rng, noise);
            (add(base, |round| (rate * (round - begins).max(0.0)).floor()), Some(rate))
        })
    };
    vec![
        from("leak: 2 a round from round 3 to 10 on", 2.0, 3.0, 10.0, 0.0),
        from("leak: 5 a round from round 10 to 40 on", 5.0, 10.0, 40.0, 0.0),
        from("leak: 5 a round from round 40 to 64 on", 5.0, 40.0, 64.0, 0.0),
        from("leak: 5 a round from round 10 to 40 on, jitter", 5.0, 10.0, 40.0, 5.0),
        leak("leak: 3 a round and a late lazy set-up", |rng| {
            let at = between(rng, 3.0, 90.0);
            (each(|round| 3.0 * round + step(round, at, 50.0)), Some(3.0))
        }),
        leak("leak: 2 a round beside a cache, full after 3 to 20", |rng| {
            let full = between(rng, 3.0, 20.0);
            (each(|round| 2.0 * round + 20.0 * round.min(full)), Some(2.0))
        }),
        leak("leak: 5 a round beside a cache, full after 20 to 40", |rng| {
            let full = between(rng, 20.0, 40.0);
            (each(|round| 5.0 * round + 100.0 * round.min(full)), Some(5.0))
        }),
        leak("leak: 5 a round beside a warm-up, constant 5 to 14", |rng| {
            let constant = between(rng, 5.0, 14.0);
            let warm = |round: f64| 1000.0 * (1.0 - (-round / constant).exp());
            (each(|round| 5.0 * round + warm(round)), Some(5.0))
        }),
        leak("leak: 5 by chance beside a warm-up, constant 3 to 7", |rng| {
            let constant = between(rng, 3.0, 7.0);
            let mut kept = 0.0;
            let series = each(|round| {
                kept += poisson(rng, 5.0);
                kept + 300.0 * (1.0 - (-round / constant).exp())
            });
            (series, Some(5.0))
        }),
    ]
}

fn under_noise() -> Vec<Shape> {
    let line = |rate: f64| move |round: f64| rate * round;
    vec![
        leak("leak: 3 a round under jitter of 5", move |rng| {
            (add(jitter(rng, 5.0), line(3.0)), Some(3.0))
        }),
        leak("leak: 1 a round under jitter of 5", move |rng| {
            (add(jitter(rng, 5.0), line(1.0)), Some(1.0))
        }),
        leak("leak: a fifth of any jitter a round", move |rng| {
            let size = of_any_size(rng, 5.0, 1000.0);
            (add(jitter(rng, size), line(size / 5.0)), Some(size / 5.0))
        }),
        leak("leak: 5 a round under heavy tails of 10", move |rng| {
            (add(heavy_tails(rng, 10.0), line(5.0)), Some(5.0))
        }),
        leak("leak: 5 a round under spikes", move |rng| (add(spikes(rng), line(5.0)), Some(5.0))),
        leak("leak: 1 a round under noise of one", move |rng| {
            (add(each(|_| f64::from(u8::from(rng.bool()))), line(1.0)), Some(1.0))
        }),
        leak("leak: 5 a round under correlated noise (0.5)", move |rng| {
            (add(correlated(rng, 0.5, 10.0), line(5.0)), Some(5.0))
        }),
        leak("leak: 10 a round under correlated noise (0.8)", move |rng| {
            (add(correlated(rng, 0.8, 10.0), line(10.0)), Some(10.0))
        }),
        leak("leak: 1 a round among 40 noisy places", move |_| (each(line(1.0)), Some(1.0)))
            .beside(39, |rng| jitter(rng, 50.0)),
        leak("leak: 2 a round under jitter of 5, among 40", move |rng| {
            (add(jitter(rng, 5.0), line(2.0)), Some(2.0))
        })
        .beside(39, |rng| jitter(rng, 5.0)),
    ]
}

fn under_swings() -> Vec<Shape> {
    let below_cleaner = |name, rate: f64, shortest, longest| {
        leak(name, move |rng| {
            let period = between(rng, shortest, longest).floor();
            let phase = between(rng, 0.0, period).floor();
            let series = each(|round| rate * round + ((round + phase) % period) * 40.0);
            (series, Some(rate))
        })
    };
    vec![
        leak("leak: 2 a round under a sawtooth of 40", |rng| {
            (add(sawtooth(rng, 3.0, 10.0, 40.0), |round| 2.0 * round), Some(2.0))
        }),
        leak("leak: 10 a round under a wave of 50", |rng| {
            (add(wave(rng, 50.0, 6.0, 24.0), |round| 10.0 * round), Some(10.0))
        }),
        below_cleaner("leak: 2 a round below a cleaner, 8 to 14 rounds", 2.0, 8.0, 15.0),
        below_cleaner("leak: 10 a round below a cleaner, 14 to 24", 10.0, 14.0, 25.0)
            .kind(Kind::FaintLeak),
    ]
}
