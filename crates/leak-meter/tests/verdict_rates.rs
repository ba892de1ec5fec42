//! The rates of wrong and of missing answers that the verdict keeps, on synthetic series.
#![cfg(all(feature = "holders", feature = "soak"))]

mod shapes;

/// Fewer than the table's, so that an unoptimised build is quick.
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
