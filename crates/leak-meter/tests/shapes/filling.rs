//! Series that fill: caches, warm-ups, sets of keys, high-water marks.

use fastrand::Rng;

use super::noise::{
    add, between, distinct, distinct_zipf, each, high_water, jitter, normal, number, of_any_size,
    pareto, poisson,
};
use super::{Kind, Shape, healthy};

pub fn shapes() -> Vec<Shape> {
    [caches(), warm_ups(), keys(), high_water_marks()].into_iter().flatten().collect()
}

fn caches() -> Vec<Shape> {
    let cache = |name, earliest, latest| {
        healthy(name, move |rng| {
            let full = between(rng, earliest, latest);
            each(|round| 100.0 * round.min(full))
        })
    };
    vec![
        cache("cache full after 1 to 6 rounds", 1.0, 6.0).steady_in(1.0),
        cache("cache full after 3 to 24 rounds", 3.0, 24.0).steady_in(1.0),
        cache("cache full after 24 to 48 rounds", 24.0, 48.0).steady_in(0.95),
        cache("cache full after 48 to 72 rounds", 48.0, 72.0),
        healthy("three caches that fill one after the other", |rng| {
            let size = of_any_size(rng, 100.0, 3000.0);
            let caches: Vec<(f64, f64)> =
                (0..3).map(|_| (between(rng, 0.0, 57.0), between(rng, 3.0, 19.0))).collect();
            let filled = |round: f64| {
                let each = caches
                    .iter()
                    .map(|(begins, takes)| (round.clamp(*begins, begins + takes) - begins) / takes);
                size * each.sum::<f64>()
            };
            let base = each(|_| poisson(rng, 3.0));
            add(base, filled)
        }),
        cache("cache full after 84 rounds or later", 84.0, 120.0).kind(Kind::Indistinguishable),
        healthy("cache full after 24 to 72 rounds, random entries", |rng| {
            let (full, each_round) = (between(rng, 24.0, 72.0), of_any_size(rng, 3.0, 100.0));
            let mut entries = 0.0_f64;
            each(|_| {
                entries = (entries + poisson(rng, each_round)).min(each_round * full);
                entries
            })
        })
        .steady_in(0.4),
        healthy("cache full after 24 to 72 rounds, under jitter", |rng| {
            let (full, each_round) = (between(rng, 24.0, 72.0), of_any_size(rng, 3.0, 100.0));
            add(jitter(rng, 20.0), |round| each_round * round.min(full))
        })
        .steady_in(0.7),
        healthy("cache that begins to fill late", |rng| {
            let begins = between(rng, 6.0, 30.0);
            let full = begins + between(rng, 2.0, 20.0);
            each(|round| 100.0 * (round.clamp(begins, full) - begins))
        })
        .steady_in(0.9),
        healthy("slow drift that stops, under jitter", |rng| {
            let (stops, rate) = (between(rng, 6.0, 40.0), between(rng, 1.0, 20.0));
            add(jitter(rng, 5.0), |round| rate * round.min(stops))
        })
        .steady_in(0.97),
    ]
}

/// The size, 300 to 3,000, and the time constant in rounds.
fn warm_up(rng: &mut Rng, shortest: f64, longest: f64) -> (f64, f64) {
    (of_any_size(rng, 300.0, 3000.0), between(rng, shortest, longest))
}

fn warm_ups() -> Vec<Shape> {
    let smooth = |name, shortest, longest| {
        healthy(name, move |rng| {
            let (size, constant) = warm_up(rng, shortest, longest);
            each(|round| size * (1.0 - (-round / constant).exp()))
        })
    };
    let under_jitter = |name, shortest, longest| {
        healthy(name, move |rng| {
            let (size, constant) = warm_up(rng, shortest, longest);
            let noise = size * of_any_size(rng, 0.01, 0.1);
            add(each(|_| noise * normal(rng)), |round| size * (1.0 - (-round / constant).exp()))
        })
    };
    vec![
        smooth("warm-up, time constant 3 to 20", 3.0, 20.0).steady_in(0.15),
        smooth("warm-up, time constant 20 to 60", 20.0, 60.0),
        smooth("warm-up, time constant above 60", 60.0, 200.0).kind(Kind::Indistinguishable),
        under_jitter("warm-up under jitter, constant 3 to 20", 3.0, 20.0).steady_in(0.96),
        under_jitter("warm-up under jitter, constant 20 to 60", 20.0, 60.0),
        healthy("rise with the square root of the work", |rng| {
            let size = of_any_size(rng, 100.0, 5000.0);
            each(|round| size * (round / 96.0).sqrt())
        })
        .kind(Kind::Indistinguishable),
        healthy("logarithm", |rng| {
            let (size, offset) = (of_any_size(rng, 30.0, 3000.0), between(rng, 0.5, 10.0));
            each(|round| size * (1.0 + round / offset).ln())
        })
        .kind(Kind::HighWater),
    ]
}

fn keys() -> Vec<Shape> {
    // The parameters are the number of rounds with as many draws as there are keys.
    let random = |name, fewest, most| {
        healthy(name, move |rng| {
            let keys = number(rng, 50.0, 4000.0);
            let rounds = between(rng, fewest, most);
            distinct(rng, keys, keys as f64 / rounds)
        })
    };
    let zipf = |name, fewest, most, rarest, oftenest| {
        healthy(name, move |rng| {
            let (keys, exponent) = (number(rng, fewest, most), between(rng, 0.8, 1.2));
            let share = between(rng, rarest, oftenest);
            distinct_zipf(rng, keys, exponent, percent(keys, share))
        })
    };
    vec![
        random("random keys, drawn once in 1 to 10 rounds", 1.0, 10.0).steady_in(0.8),
        random("random keys, drawn once in 10 to 30 rounds", 10.0, 30.0),
        random("random keys, drawn once in 30 to 60 rounds", 30.0, 60.0),
        zipf("Zipf keys", 500.0, 5000.0, 0.3, 1.0).kind(Kind::HighWater),
        zipf("Zipf keys, most of them never drawn", 5000.0, 50_000.0, 0.01, 0.05)
            .kind(Kind::Indistinguishable),
    ]
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // A share of a small count.
fn percent(count: usize, share: f64) -> usize {
    (count as f64 * share) as usize
}

fn high_water_marks() -> Vec<Shape> {
    let tables = |name, fewest, most| {
        healthy(name, move |rng| {
            // The entries of each table vary around its own mean.
            let means: Vec<f64> = (0..256).map(|_| of_any_size(rng, fewest, most)).collect();
            let mut table = 0;
            high_water(rng, 256, 1.0, move |rng| {
                table = (table + 1) % 256;
                let entries = poisson(rng, means[table]);
                25.0 * (entries * 8.0 / 7.0).max(4.0).log2().ceil().exp2()
            })
        })
    };
    vec![
        healthy("pool at its high-water mark", |rng| {
            let (mean, deviation) = (between(rng, 10.0, 100.0), between(rng, 2.0, 20.0));
            high_water(rng, 1, 1.0, |rng| (mean + deviation * normal(rng)).round())
        })
        .kind(Kind::HighWater)
        .steady_in(0.95),
        healthy("high-water mark of bursts with heavy tails", |rng| {
            let exponent = between(rng, 1.2, 3.0);
            high_water(rng, 1, 1.0, |rng| (10.0 * pareto(rng, exponent)).min(1e6).round())
        })
        .kind(Kind::HighWater)
        .steady_in(0.93),
        healthy("10 to 100 buffers with heavy tails", |rng| {
            let exponent = between(rng, 1.2, 3.0);
            let (buffers, chance) = (number(rng, 10.0, 100.0), between(rng, 0.1, 1.0));
            high_water(rng, buffers, chance, |rng| (10.0 * pareto(rng, exponent)).min(1e6).round())
        })
        .kind(Kind::HighWater),
        healthy("pools of 50 to 500 threads", |rng| {
            let (pools, mean) = (number(rng, 50.0, 500.0), between(rng, 3.0, 30.0));
            high_water(rng, pools, 1.0, |rng| poisson(rng, mean))
        })
        .kind(Kind::HighWater),
        healthy("queues that wander for longer than the run", |rng| {
            let queues = number(rng, 10.0, 100.0);
            let mut lengths = vec![20.0_f64; queues];
            let mut queue = 0;
            high_water(rng, queues, 1.0, move |rng| {
                queue = (queue + 1) % queues;
                let length = (lengths[queue] + 3.0 * normal(rng)).abs();
                lengths[queue] = if length > 60.0 { 120.0 - length } else { length };
                lengths[queue].round()
            })
        })
        .kind(Kind::Indistinguishable),
        tables("256 tables of unlike sizes, each at its largest", 3.0, 300.0).kind(Kind::HighWater),
    ]
}
