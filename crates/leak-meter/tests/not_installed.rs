//! A program whose global allocator is not the meter: nothing is counted, so nothing is Steady.
#![cfg(all(feature = "holders", feature = "soak"))]

use leak_meter::{Resource, Soak, Verdict};

#[test]
fn a_soak_without_the_meter_is_undecided_and_says_why() {
    let report = Soak::new().run(|_| {});
    assert_eq!(report.verdict, Verdict::Undecided);
    let blocks = report.growth_of(Resource::LiveBlocks).unwrap();
    assert!(blocks.reason.to_string().contains("#[global_allocator]"), "{}", blocks.reason);
}
