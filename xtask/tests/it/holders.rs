//! The holders of growing memory: shown by `run --holders`, and by every failed `test`.

use crate::support::toy::{GROWING, Toy};

/// The output for forgotten blocks.
const HELD: &str = "Who holds it:\n  1. held by nothing that was found";

#[test]
fn holders_are_shown_on_demand_and_after_a_failed_test() {
    let toy = Toy::new("holders").with(1, "toy-forgetful", GROWING);
    let asked = toy.run(&["run", "toy-forgetful", "--holders"]).ends_with(0).says(&[HELD]);
    assert!(
        asked.out.contains("blocks of toy_forgetful_exercise::keep (lib.rs:5)\n"),
        "{}",
        asked.out
    );
    assert!(asked.out.lines().all(|line| line.chars().count() <= 80), "{}", asked.out);
    let plain = toy.run(&["run", "toy-forgetful"]).ends_with(0);
    assert!(!plain.out.contains("Who holds it"), "{}", plain.out);
    let tested = toy
        .run(&["test", "toy-forgetful"])
        .ends_with(1)
        .says(&["--holders):\n          held by nothing that was found: ", "Growing call sites:"]);
    // The address of a block may have stayed behind on a stack, where the search takes it for a holder.
    let holds =
        ["4,799", "4,800"].map(|count| format!("\n          holds {count} of 4,800 blocks"));
    assert!(holds.iter().any(|line| tested.out.contains(line)), "{}", tested.out);
}
