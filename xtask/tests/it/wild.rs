//! The cases in the wild. Only the ignored test builds them, because the first build needs a network.

use crate::support::{Ran, repository, runner};

/// A case without a registry: its dependency is pinned, and nothing is built to list it.
#[test]
fn the_cases_are_listed_with_their_dependencies_and_an_unknown_one_is_refused() {
    let listed = Ran::run(&mut runner(repository(), &["wild"])).ends_with(0);
    listed.says(&[
        "flume 0.10.13",
        "governor 0.10.4",
        "neli 0.7.3",
        "lru 0.6.3",
        "Next: cargo xtask wild NAME",
    ]);
    let unknown = Ran::run(&mut runner(repository(), &["wild", "lruu"])).ends_with(2);
    unknown.warns(&["There is no case \"lruu\"", "cargo xtask wild"]);
}

#[test]
#[ignore = "fetches and builds published crates"]
fn every_case_leaks_as_declared_and_each_way_out_is_accepted() {
    let verified = Ran::run(&mut runner(repository(), &["wild", "--verify"])).ends_with(0);
    assert!(verified.out.contains("leaks as declared"), "{}", verified.out);
    assert!(!verified.out.contains("FAILED"), "{}", verified.out);
}
