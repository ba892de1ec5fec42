//! The rates of wrong and missing verdicts on synthetic series stay within their bounds.
#![cfg(all(feature = "holders", feature = "soak"))]

mod shapes;

/// Fewer than for the table, so that an unoptimised build is fast enough.
const SEEDS: u64 = 100;

#[test]
fn every_shape_keeps_its_rates() {
    let mut broken = Vec::new();
    for shape in shapes::catalogue() {
        let shortfalls = shape.shortfalls(&shape.rates(SEEDS), SEEDS);
        if !shortfalls.is_empty() {
            broken.push(format!("{}: {}", shape.name, shortfalls.join(", ")));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}
