//! `verify` of a decoy, an exercise that does not leak: the checks of files on a toy tree, and the checks
//! of trials on toys.

#[cfg(all(target_os = "linux", target_env = "gnu"))]
use crate::support::toy::TOUCHING;
use crate::support::toy::{FILLING, GROWING, STEADY, STOPPED, Toy};
use crate::support::tree::Tree;

const METADATA: &str = "crates/toy-cache/exercise.toml";
const README: &str = "solutions/toy-cache/README.md";

/// The `[decoy]` table of a correct decoy.
const DECOY: &str = "resources = [\"live_blocks\", \"live_bytes\"]\nlevels_off_after = 700\n\
                     server_level_bytes = 500_000_000\n\
                     [decoy.too_short]\nrounds = 12\noperations_per_round = 40\n\
                     verdict = \"undecided\"\n";

/// The toy tree with its exercise turned into a decoy.
fn decoy() -> Tree {
    let leak = "[leak]\nresources = [\"live_blocks\", \"live_bytes\"]\nfile = \"src/cache.rs\"\n\
                function = \"Cache::get\"\n\n[fix]\nfiles = [\"src/cache.rs\"]\n";
    let parts = [
        "What happens",
        "Why it is fine",
        "How to tell",
        "Tempting fixes",
        "What would make it a leak",
        "For facilitators",
    ];
    let parts = parts.map(|part| format!("## {part}\n\nText.\n"));
    let readme = format!("# The cache that keeps: solution\n\n{}", parts.join("\n"));
    Tree::whole()
        .replace(METADATA, leak, &format!("[decoy]\n{DECOY}"))
        .copy("exercises/toy-cache/src/cache.rs", "solutions/toy-cache/src/cache.rs")
        .write(README, &readme)
        .remove("crates/toy-cache/fixes/right")
        .remove("crates/toy-cache/fixes/wrong/too-many.patch")
        .remove("crates/toy-cache/fixes/wrong/every-second.patch")
}

#[test]
#[ignore = "takes minutes with the others in `slow`: run with --ignored"]
fn a_whole_decoy_is_proven() {
    decoy().verify().ends_with(0).says(&[
        "a decoy, live blocks and live bytes for 700 operations",
        "the same except for README and name",
        "All 8 checks are proven.",
    ]);
}

#[test]
#[ignore = "takes minutes with the others in `slow`: run with --ignored"]
fn metadata_with_two_kinds_or_none_is_refused() {
    decoy()
        .replace(METADATA, "[decoy]", "[fix]\nfiles = []\n\n[decoy]")
        .is_refused(METADATA, "it has [decoy] beside [leak] or [fix]");
    Tree::whole()
        .replace(METADATA, "[fix]\nfiles = [\"src/cache.rs\"]", "")
        .is_refused(METADATA, "it has [leak] and lacks [fix]");
}

#[test]
#[ignore = "takes minutes with the others in `slow`: run with --ignored"]
fn metadata_without_meaningful_values_is_refused() {
    decoy()
        .replace(METADATA, "levels_off_after = 700", "levels_off_after = 0")
        .is_refused(METADATA, "Its levels_off_after in [decoy] has no meaningful value.");
    decoy()
        .replace(METADATA, "server_level_bytes = 500_000_000", "server_level_bytes = 500_000")
        .is_refused(METADATA, "Its server_level_bytes in [decoy] has no meaningful value.");
    decoy().replace(METADATA, "operations_per_round = 40", "operations_per_round = 0").is_refused(
        METADATA,
        "Its operations_per_round in [decoy.too_short] has no meaningful value.",
    );
    decoy()
        .replace(METADATA, "\"undecided\"", "\"steady\"")
        .is_refused(METADATA, "[decoy.too_short] declares Steady, so that run is long enough.");
}

#[test]
#[ignore = "takes minutes with the others in `slow`: run with --ignored"]
fn a_decoy_that_is_revealed_is_refused() {
    decoy()
        .replace(METADATA, "A cache that keeps every page", "A decoy")
        .is_refused(METADATA, "Its summary reveals that it is a decoy.");
    let readme = "exercises/toy-cache/README.md";
    decoy().replace(readme, "Many strings.", "Many strings.\nIs it a decoy?").is_refused(
        "exercises/toy-cache/README.md:16",
        "This line reveals whether the exercise leaks.",
    );
    decoy()
        .replace("exercises/toy-cache/src/cache.rs", "/// An empty cache.", "/// A decoy.")
        .is_refused("exercises/toy-cache/src/cache.rs:13", "The word \"decoy\"");
}

#[test]
#[ignore = "takes minutes with the others in `slow`: run with --ignored"]
fn a_solution_that_changes_anything_is_refused() {
    decoy()
        .replace("solutions/toy-cache/src/cache.rs", "self.loads += 1;", "self.loads += 2;")
        .is_refused("solutions/toy-cache/src/cache.rs:21", "outside the fix");
}

#[test]
#[ignore = "takes minutes with the others in `slow`: run with --ignored"]
fn a_decoys_solution_without_its_sections_is_refused() {
    decoy()
        .replace(README, "## Why it is fine", "## The fix")
        .is_refused(README, "Expected heading `## Why it is fine`, found `## The fix`.");
}

#[test]
#[ignore = "takes minutes with the others in `slow`: run with --ignored"]
fn tempting_fixes_are_at_least_two_and_each_breaks_a_behaviour() {
    decoy()
        .remove("crates/toy-cache/fixes/wrong/clear-all.patch")
        .is_refused("crates/toy-cache/fixes/wrong", "Found 1 patch; at least 2 are required.");
    let patch = "crates/toy-cache/fixes/wrong/clear-all.patch";
    decoy()
        .replace(patch, "behaviour::keeps_hot_pages", "memory::growth")
        .is_refused(patch, "It is rejected by memory::growth, but a decoy does not leak.");
}

#[test]
#[ignore = "takes minutes with the others in `slow`: run with --ignored"]
fn a_decoy_is_listed_in_its_place_and_skipped_as_the_next_step() {
    let toy = Toy::new("decoy-between")
        .with(1, "toy-first", STEADY)
        .with_decoy(1.5, "toy-between", FILLING, DECOY)
        .with(2, "toy-last", GROWING);
    let listed = toy.run(&["list"]).ends_with(0);
    let second = listed.out.lines().nth(1).unwrap();
    assert!(second.starts_with(" 2 toy-between Easy   10 min "), "{second}");
    toy.run(&["run"])
        .ends_with(0)
        .says(&["toy-between Steady    Steady    nothing\n", "Next: toy-last"]);
    toy.run(&["test", "toy-between"])
        .ends_with(0)
        .says(&["Passed: all 3 trials.", "Next: toy-last"]);
    let solved = toy.with(2, "toy-last", STEADY);
    let says = ["Every exercise is steady", "solutions/<exercise>/README.md"];
    solved.run(&["run"]).ends_with(0).says(&says);
}

#[test]
#[ignore = "takes minutes with the others in `slow`: run with --ignored"]
fn a_decoy_must_measure_as_it_declares() {
    let with = |from: &str, to: &str| {
        assert!(DECOY.contains(from));
        DECOY.replace(from, to)
    };
    let short = "rounds = 12\noperations_per_round = 40";
    let toy = Toy::new("decoys")
        .with_decoy(1, "toy-true", FILLING, DECOY)
        .with_decoy(2, "toy-leaking", GROWING, DECOY)
        .with_decoy(3, "toy-flat", STEADY, DECOY)
        .with_decoy(4, "toy-too-early", FILLING, &with("= 700", "= 300"))
        .with_decoy(5, "toy-too-late", FILLING, &with("= 700", "= 90000"))
        .with_decoy(6, "toy-verdict", FILLING, &with("undecided", "growing"))
        .with_decoy(
            7,
            "toy-shorter",
            FILLING,
            &with(short, "rounds = 24\noperations_per_round = 20"),
        )
        .with_decoy(8, "toy-cut-short", STOPPED, DECOY);

    // The toys fail other checks too.
    let trial = |version: &str, name: &str| format!("{version}/{name}, trial memory::growth\n");
    for (name, [check, words]) in [
        ("toy-leaking", ["FAILED   exercise", "It leaks: after"]),
        ("toy-leaking", ["FAILED   solution", "live blocks rise until the end of the run, after"]),
        (
            "toy-flat",
            ["FAILED   exercise", "live blocks do not rise: they are level from the first"],
        ),
        (
            "toy-too-early",
            [
                "FAILED   solution",
                "levels off after 300 operations; it does so between 600 and 700.",
            ],
        ),
        (
            "toy-too-late",
            ["FAILED   exercise", "levels off after 90,000 operations; it does so between"],
        ),
        (
            "toy-verdict",
            [
                "FAILED   exercise",
                "overall, in 12 rounds of 40 operations: Undecided, but Growing is declared",
            ],
        ),
        (
            "toy-shorter",
            [
                "FAILED   solution",
                "overall, in 24 rounds of 20 operations: Growing, but Undecided is declared",
            ],
        ),
        ("toy-cut-short", ["FAILED   solution", "The workload could not go on after 3 rounds"]),
    ] {
        let version = if check.ends_with("exercise") { "exercises" } else { "solutions" };
        let verified = toy.run(&["verify", name]).ends_with(1);
        verified.says(&[check, &trial(version, name), words, "Next: "]);
    }
    let seen = "3 trials pass, steady in 48 rounds and level after 700 operations; in 12 rounds of \
                40 operations: Undecided";
    toy.run(&["verify", "toy-true"]).ends_with(1).says(&[
        &format!("proven   exercise      {seen}"),
        &format!("proven   solution      {seen}"),
    ]);
}

#[test]
#[ignore = "takes minutes with the others in `slow`: run with --ignored"]
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn a_decoy_may_be_level_in_resident_memory_which_has_no_verdict() {
    let short = "[decoy.too_short]\nrounds = 11\nverdict = \"undecided\"\n";
    let level = |after: u32| {
        format!(
            "resources = [\"resident_bytes\"]\nlevels_off_after = {after}\n\
             server_level_bytes = 500_000_000\n{short}"
        )
    };
    let toy = Toy::new("decoy-resident")
        .with_decoy(1, "toy-resident", TOUCHING, &level(700))
        .with_decoy(2, "toy-resident-late", TOUCHING, &level(90_000));
    toy.run(&["verify", "toy-resident"])
        .says(&["proven   exercise      3 trials pass, steady in 48 \
         rounds and level after 700 operations; in 11 rounds of 100 operations: Undecided"]);
    toy.run(&["verify", "toy-resident-late"]).says(&[
        "FAILED   exercise",
        "levels off after 90,000 operations; it does so between 600 and 700.",
    ]);
}
