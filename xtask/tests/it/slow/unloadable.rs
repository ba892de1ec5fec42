//! An exercise that cargo cannot load: the others still work, the guilty file is named, and `reset`
//! restores it.

use std::fs;

use crate::support::flat;
use crate::support::toy::{GROWING, STEADY, Toy};

/// A fresh workshop named after `name`, with the exercises `<name>-a` and `<name>-b`.
fn workshop(name: &str) -> Toy {
    let folder = format!("unloadable-{name}");
    let _ = fs::remove_dir_all(Toy::new(&folder).path(".leak-lab"));
    let toy = Toy::new(&folder).with(1, &format!("{name}-a"), GROWING).with(
        2,
        &format!("{name}-b"),
        STEADY,
    );
    // A folder that an earlier run removed or renamed in is complete again; cargo extends the lock file.
    toy.run(&["run"]).ends_with(0);
    toy.shipped()
}

/// Breaks the exercise `<name>-a` by `edit`, and asserts that everything else still works.
#[track_caller]
fn survives(name: &str, edit: impl Fn(&Toy, &str), guilty: &[&str]) {
    let toy = workshop(name);
    let (a, b) = (format!("{name}-a"), format!("{name}-b"));
    toy.run(&["list"]).ends_with(0);
    let lock = toy.read("Cargo.lock");
    edit(&toy, &format!("exercises/{a}"));
    let ran = toy.run(&["run"]).ends_with(2).says(&[
        &format!("{a} "),
        "Broken    Steady    it does not build\n",
        &format!("{b} "),
        "Steady    Steady    nothing\n",
    ]);
    let way_back = format!("cargo xtask reset {a}");
    for part in guilty.iter().chain([&way_back.as_str()]) {
        assert!(flat(&ran.err).contains(part), "{part:?} is not in\n{}", ran.err);
    }
    toy.run(&["test", &b]).ends_with(0).says(&["Passed: all 3 trials."]);
    let tested = toy.run(&["test", &a]).ends_with(2);
    assert!(tested.err.contains(&way_back), "{}", tested.err);
    assert_eq!(toy.read("Cargo.lock"), lock, "the lock file has changed");
    toy.run(&["reset", &a]).ends_with(0).says(&["as it was shipped"]);
    toy.run(&["test", &a]).ends_with(1).says(&["FAIL  memory::growth", "Failed: 1 of 3"]);
    assert_eq!(toy.read("Cargo.lock"), lock, "the lock file has changed");
}

#[test]
#[ignore = "takes minutes with the others in `slow`: run with --ignored"]
fn an_invalid_manifest() {
    let edit = |toy: &Toy, folder: &str| toy.write(&format!("{folder}/Cargo.toml"), "[package\n");
    survives("invalid", edit, &["cargo cannot load it", "exercises/invalid-a/Cargo.toml"]);
}

#[test]
#[ignore = "takes minutes with the others in `slow`: run with --ignored"]
fn a_memory_test_that_is_gone() {
    let edit = |toy: &Toy, folder: &str| {
        fs::remove_file(toy.path(&format!("{folder}/tests/memory.rs"))).unwrap();
    };
    survives("testless", edit, &["exercises/testless-a", "memory"]);
}

#[test]
#[ignore = "takes minutes with the others in `slow`: run with --ignored"]
fn a_package_with_another_name() {
    let edit = |toy: &Toy, folder: &str| {
        let manifest = format!("{folder}/Cargo.toml");
        let text = toy.read(&manifest);
        toy.write(&manifest, &text.replace("renamed-a-exercise", "mine"));
    };
    let guilty = "exercises/renamed-a/Cargo.toml names the package \"mine\"; the runner builds \
                  \"renamed-a-exercise\".";
    survives("renamed", edit, &[guilty]);
}

#[test]
#[ignore = "takes minutes with the others in `slow`: run with --ignored"]
fn a_new_dependency_without_a_network() {
    let edit = |toy: &Toy, folder: &str| {
        let manifest = format!("{folder}/Cargo.toml");
        let text = toy.read(&manifest);
        let more = "[dependencies]\nno-such-package-here = \"1\"\n[dev-dependencies]";
        toy.write(&manifest, &text.replace("[dev-dependencies]", more));
    };
    survives("dependent", edit, &["no-such-package-here", "exercises/dependent-a"]);
}

#[test]
#[ignore = "takes minutes with the others in `slow`: run with --ignored"]
fn a_folder_that_is_gone() {
    let edit = |toy: &Toy, folder: &str| fs::remove_dir_all(toy.path(folder)).unwrap();
    survives("gone", edit, &["exercises/gone-a/Cargo.toml is missing."]);
}

#[test]
#[ignore = "takes minutes with the others in `slow`: run with --ignored"]
fn a_manifest_that_is_gone() {
    let edit = |toy: &Toy, folder: &str| {
        fs::remove_file(toy.path(&format!("{folder}/Cargo.toml"))).unwrap();
    };
    survives("unpacked", edit, &["exercises/unpacked-a/Cargo.toml is missing."]);
}

#[test]
#[ignore = "takes minutes with the others in `slow`: run with --ignored"]
fn a_dependency_that_is_available_is_built_without_changing_the_lock_file() {
    let toy = workshop("available");
    toy.run(&["list"]).ends_with(0);
    let lock = toy.read("Cargo.lock");
    let manifest = "exercises/available-a/Cargo.toml";
    let text = toy.read(manifest);
    let more = "[dependencies]\nlibc = \"0.2\"\n[dev-dependencies]";
    toy.write(manifest, &text.replace("[dev-dependencies]", more));
    toy.run(&["test", "available-a"]).ends_with(1).says(&["FAIL  memory::growth", "src/lib.rs:5"]);
    assert_eq!(toy.read("Cargo.lock"), lock, "the lock file has changed");
}
