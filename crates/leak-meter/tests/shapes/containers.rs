//! The bytes of a site with a container: a vector, a table, an arena.

use fastrand::Rng;

use super::noise::{between, jitter, normal, of_any_size, pareto};
use super::{Kind, ROUNDS, Shape, healthy, leak};

/// Bytes of one entry.
const ENTRY: f64 = 24.0;
/// The bytes per entry in a full table, including its control byte, at seven eighths.
const ENTRY_OF_TABLE: f64 = (ENTRY + 1.0) * 8.0 / 7.0;

pub fn shapes() -> Vec<Shape> {
    [bounded(), growing()].into_iter().flatten().map(Shape::in_bytes).collect()
}

fn bounded() -> Vec<Shape> {
    vec![
        healthy("vector: room reserved once", |rng| {
            let at = between(rng, 0.0, 40.0);
            rounds().map(|round| if round < at { 96.0 } else { 4096.0 }).collect()
        })
        .steady_in(0.9),
        healthy("vector: two late doublings", |rng| {
            let (one, other) = (between(rng, 3.0, 90.0), between(rng, 3.0, 90.0));
            let doubled = |round: f64, at: f64| if round < at { 1.0 } else { 2.0 };
            rounds().map(|round| 4096.0 * doubled(round, one) * doubled(round, other)).collect()
        })
        .steady_in(0.1),
        healthy("vector: kept at its largest request", |rng| {
            let mut most: f64 = 0.0;
            let mut room = || {
                most = most.max((100.0 + 30.0 * normal(rng)).max(1.0));
                vector(most)
            };
            rounds().map(|_| room()).collect()
        })
        .steady_in(0.8),
        healthy("vector: kept at its largest request, heavy tails", |rng| {
            let exponent = between(rng, 1.2, 3.0);
            let mut most: f64 = 0.0;
            let mut room = || {
                most = most.max((10.0 * pareto(rng, exponent)).min(1e6));
                vector(most)
            };
            rounds().map(|_| room()).collect()
        })
        .kind(Kind::HighWater),
        healthy("table of a cache, full after 3 to 40 rounds", |rng| {
            let (rate, full) = (of_any_size(rng, 1.0, 10_000.0), between(rng, 3.0, 40.0));
            rounds().map(|round| table(rate * (round + 1.0).min(full))).collect()
        })
        .steady_in(0.7),
    ]
}

fn growing() -> Vec<Shape> {
    // Before the first round, the container holds the entries of at most `most_before` rounds.
    let grows = |name, most_before: f64, room: fn(f64) -> f64, entry: f64| {
        leak(name, move |rng| {
            let (rate, before) = (of_any_size(rng, 10.0, 10_000.0), between(rng, 0.0, most_before));
            let series = rounds().map(|round| room((rate * (round + 1.0 + before)).floor()));
            (series.collect(), Some(rate * entry))
        })
    };
    vec![
        grows("leak: vector", 1e-9, vector, ENTRY),
        grows("leak: vector, from a warm start", 5.0, vector, ENTRY),
        grows("leak: table", 1e-9, table, ENTRY_OF_TABLE),
        grows("leak: table, from a warm start", 5.0, table, ENTRY_OF_TABLE),
        grows("leak: arena whose pages double", 1e-9, arena, ENTRY),
        leak("leak: vector that two call paths grow in turn", |rng| {
            let [one, other] = [(); 2].map(|()| of_any_size(rng, 1.0, 1000.0));
            let series = rounds().map(|round| {
                let half = f64::midpoint(round, 1.0);
                let (odd, even) = (half.ceil(), half.floor());
                vector(one * odd + other * even)
            });
            (series.collect(), Some(f64::midpoint(one, other) * ENTRY))
        }),
        leak("leak: table with random entries", |rng| {
            let rate = of_any_size(rng, 1.0, 1000.0);
            let mut kept = 0.0;
            let mut room = || {
                kept += between(rng, 0.0, 2.0 * rate);
                table(kept)
            };
            (rounds().map(|_| room()).collect(), Some(rate * ENTRY_OF_TABLE))
        }),
        grows("leak: table among 40 places", 1e-9, table, ENTRY_OF_TABLE)
            .beside(39, |rng: &mut Rng| jitter(rng, 50.0)),
        grows("leak: vector that held as much as 30 rounds add", 60.0, vector, ENTRY)
            .kind(Kind::Indistinguishable),
    ]
}

fn rounds() -> impl Iterator<Item = f64> {
    (0..ROUNDS).map(|round| round as f64)
}

/// The capacity of a `Vec`: at least 4 entries, otherwise the next power of two.
fn vector(entries: f64) -> f64 {
    ENTRY * entries.max(4.0).log2().ceil().exp2()
}

/// The capacity of a table like hashbrown's: a power of two, full at seven eighths, with a control
/// byte for each bucket and 16 more.
fn table(entries: f64) -> f64 {
    let buckets = (entries.max(3.0) * 8.0 / 7.0).log2().ceil().exp2();
    buckets * (ENTRY + 1.0) + 16.0
}

/// The capacity of an arena whose first page has 32 entries, and each further page twice as many.
fn arena(entries: f64) -> f64 {
    let pages = (entries / 32.0 + 1.0).log2().ceil().max(1.0);
    32.0 * ENTRY * (pages.exp2() - 1.0)
}
