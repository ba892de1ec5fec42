//! The bytes of one site behind which stands a container: a vector or a table.

use fastrand::Rng;

use super::noise::{between, each, normal, of_any_size};
use super::{ROUNDS, Shape, healthy, leak};

/// Bytes of one entry.
const ENTRY: f64 = 24.0;

pub fn shapes() -> Vec<Shape> {
    let healthy = vec![
        healthy("vector: room reserved once", 0.0, 1.0, |rng| {
            let at = between(rng, 0.0, 40.0);
            (0..ROUNDS).map(|round| if (round as f64) < at { 96.0 } else { 4096.0 }).collect()
        }),
        healthy("vector: two late doublings", 0.0, 0.7, |rng| {
            let (first, second) = (between(rng, 3.0, 60.0), between(rng, 3.0, 60.0));
            let doubled = |round: f64, at: f64| if round < at { 1.0 } else { 2.0 };
            (0..ROUNDS)
                .map(|round| 4096.0 * doubled(round as f64, first) * doubled(round as f64, second))
                .collect()
        }),
        healthy("vector: kept at its largest request", 0.0, 0.7, |rng| {
            let mut most: f64 = 0.0;
            let requests = each(|_| (100.0 + 30.0 * normal(rng)).max(1.0));
            let room = requests.into_iter().map(|request| {
                most = most.max(request - super::noise::LEVEL);
                vector(most)
            });
            room.collect()
        }),
        healthy("table of a cache that fills within the run", 0.0, 0.9, |rng| {
            let full = between(rng, 3.0, 20.0);
            entries(rng, 0.0)
                .into_iter()
                .zip(0..)
                .map(|(entries, round)| {
                    let share = (f64::from(round) + 1.0).min(full) / (f64::from(round) + 1.0);
                    table(entries * share)
                })
                .collect()
        }),
    ];
    let leaking = vec![
        leak("vector that only grows", 0.0, 0.95, |rng| {
            entries(rng, 0.0).into_iter().map(vector).collect()
        }),
        leak("vector that two call paths grow in turn", 0.0, 0.95, |rng| {
            let (one, other) = (of_any_size(rng, 1000.0), of_any_size(rng, 1000.0));
            (1..=ROUNDS)
                .map(|round| vector(one * round.div_ceil(2) as f64 + other * (round / 2) as f64))
                .collect()
        }),
        leak("vector that only grows, from a warm start", 0.0, 0.95, |rng| {
            let warm = between(rng, 0.0, 5.0);
            entries(rng, warm).into_iter().map(vector).collect()
        }),
        leak("table that only grows", 0.0, 0.95, |rng| {
            entries(rng, 0.0).into_iter().map(table).collect()
        }),
        leak("table that only grows, from a warm start", 0.0, 0.95, |rng| {
            let warm = between(rng, 0.0, 5.0);
            entries(rng, warm).into_iter().map(table).collect()
        }),
        leak("table with random entries", 0.0, 0.95, |rng| {
            let rate = of_any_size(rng, 1000.0);
            let mut kept = 0.0;
            (0..ROUNDS)
                .map(|_| {
                    kept += between(rng, 0.0, 2.0 * rate);
                    table(kept)
                })
                .collect()
        }),
        leak("table among 40 places", 0.0, 0.95, |rng| {
            entries(rng, 0.0).into_iter().map(table).collect()
        })
        .beside(39, |rng| super::noise::jitter(rng, 50.0)),
    ];
    healthy.into_iter().chain(leaking).map(Shape::in_bytes).collect()
}

/// How many entries there are after each round, from `warm` rounds' worth on.
fn entries(rng: &mut Rng, warm: f64) -> Vec<f64> {
    let rate = of_any_size(rng, 10_000.0);
    (1..=ROUNDS).map(|round| (rate * (round as f64 + warm)).floor()).collect()
}

/// The room of a `Vec`: at least 4 entries, else the next power of two.
fn vector(entries: f64) -> f64 {
    ENTRY * entries.max(4.0).log2().ceil().exp2()
}

/// The room of a table as hashbrown's: a power of two, full at seven eighths, with a byte of control
/// for each bucket and 16 more.
fn table(entries: f64) -> f64 {
    let buckets = (entries.max(3.0) * 8.0 / 7.0).log2().ceil().exp2();
    buckets * (ENTRY + 1.0) + 16.0
}
