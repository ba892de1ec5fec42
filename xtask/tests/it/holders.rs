//! Who holds what grows: told by `run` when it is asked for, and by every failed `test`.

use crate::support::toy::{GROWING, Toy};

/// What is said of blocks that nothing holds: the toy forgets them.
const HELD: &str = "Who holds it:\n  1. held by nothing that was found";

#[test]
fn who_holds_it_is_told_on_demand_and_after_a_failed_test() {
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
    let tested = toy.run(&["test", "toy-forgetful"]).ends_with(1);
    assert!(tested.out.contains("Who holds it:\n          1. held by nothing"), "{}", tested.out);
}
