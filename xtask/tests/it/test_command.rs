//! `cargo xtask test`, and plain `cargo test`, of the exercises of a toy workshop.

use crate::runner::workshop;
use crate::support::terminal::Terminal;
use crate::support::toy::{GROWING, GROWING_AT_FIRST, STEADY, Toy};
use crate::support::{Ran, flat};

#[test]
fn test_passes_a_steady_exercise_and_shows_its_figures() {
    workshop().run(&["test", "toy-steady"]).ends_with(0).says(&[
        "pass  behaviour::it_works",
        "pass  memory::growth",
        "Steady after 4,800 operations in 48 rounds",
        "0 live blocks per operation (a leak above 1 in ",
        "pass  memory::bound_toys",
        "After 7 toys there are 3 live blocks; at most 5 are allowed.",
        " s to build and ",
        " s to test.",
        "Passed: all 3 trials.\nCompare with ours: ",
        "Next: toy-growing, \"The toy toy-growing\"\n",
        "cargo xtask watch toy-growing\n",
    ]);
}

#[test]
fn a_passing_test_names_the_declared_resources_and_the_step_after_it_is_another() {
    let declared = "resources = [\"live_blocks\", \"live_bytes\"]";
    let toy = Toy::new("runner-files").with(1, "toy-files", STEADY).replacing(
        "crates/toy-files/exercise.toml",
        declared,
        "resources = [\"open_files\"]",
    );
    let _ = std::fs::remove_dir_all(toy.path(".leak-lab"));
    toy.run(&["run", "toy-files"]).ends_with(0).says(&["Next: cargo xtask test toy-files"]);
    toy.run(&["test", "toy-files"]).ends_with(0).says(&[
        "0 open files per operation (a leak above 1 in ",
        "0 live blocks per operation (a leak above 1 in ",
        "0 B of live memory per operation",
    ]);
    let ran = toy.run(&["run", "toy-files"]).ends_with(0);
    assert!(!ran.out.contains("cargo xtask test"), "{}", ran.out);
    ran.says(&["Compare with ours: solutions/toy-files/README.md", "No exercise is left."]);
}

#[test]
fn test_fails_an_exercise_that_leaks_panics_exits_or_aborts() {
    for (toy, words) in [
        ("toy-growing", "1.00 live blocks per operation (95 % interval 1.00 to 1.00)"),
        ("toy-panicking", "It panicked: out of tickets"),
        ("toy-exiting", "Its process ended with exit code 0 before the trial was over"),
        ("toy-aborting", "Its process was ended by signal 6 (abort)"),
    ] {
        let last = format!("Failed: 1 of 3 trials. Next: edit, then cargo xtask test {toy}\n");
        let ran = workshop().run(&["test", toy]).ends_with(1);
        let text = flat(&ran.out);
        assert!(text.contains(words), "{}", ran.out);
        ran.says(&["FAIL  memory::growth", &last]);
    }
}

#[test]
fn test_of_a_leak_names_the_line_after_the_resources() {
    workshop().run(&["test", "toy-growing"]).ends_with(1).says(&[
        "of live memory per operation",
        "At 10 operations per second",
        "Growing call sites:\n",
        " toy_growing_exercise::keep\n",
        " exercises/toy-growing/src/lib.rs:5\n",
        " 1.00 blocks and 8.00 B per operation\n",
    ]);
}

/// The end is what a terminal of 24 rows still shows.
#[test]
fn a_failing_test_folds_what_passed_and_ends_with_the_growing_line() {
    let end = "\n        Growing call sites:\n          toy_growing_exercise::keep\n            \
               exercises/toy-growing/src/lib.rs:5\n            1.00 blocks and 8.00 B per operation\n\
               Failed: 1 of 3 trials. Next: edit, then cargo xtask test toy-growing\n";
    let ran = workshop().run(&["test", "toy-growing"]).ends_with(1).says(&[
        "\n  pass  2 of 3 trials: behaviour::it_works, memory::bound_toys\n",
        "FAIL  memory::growth",
        "Who holds it (in full: cargo xtask run EXERCISE --holders):\n          held by nothing",
        end,
    ]);
    assert!(ran.out.ends_with(end), "{}", ran.out);
    let shown = ran.out.lines().skip_while(|line| !line.contains("FAIL"));
    assert!(shown.count() <= 20, "{}", ran.out);
    // Also if a trial after it fails.
    let toy = Toy::new("runner-over").with(1, "toy-over-too", GROWING).replacing(
        "exercises/toy-over-too/tests/memory.rs",
        "measured: 3",
        "measured: 9",
    );
    toy.run(&["test", "toy-over-too"]).ends_with(1).says(&[
        "pass  1 of 3 trials: behaviour::it_works\n",
        "FAIL  memory::bound_toys",
        "FAIL  memory::growth",
        "per operation\nFailed: 2 of 3 trials.",
    ]);
}

#[test]
fn test_measures_an_undecided_exercise_again_for_longer() {
    let ran = workshop().run(&["test", "toy-undecided"]).ends_with(1);
    let ran = ran.says(&["open  memory::growth", "Not proven steady yet", "Failed"]);
    assert!(flat(&ran.out).contains("rounds: Some(384)"), "{}", ran.out);
}

#[test]
fn growth_that_no_total_shows_is_measured_again_for_longer() {
    let toy = Toy::new("growing-at-first").with(1, "toy-growing-at-first", GROWING_AT_FIRST);
    toy.run(&["test", "1"]).ends_with(0);
    let once = toy.run(&["run", "1", "--version", "exercise", "--rounds", "48"]);
    assert!(flat(&once.out).contains("Growing"), "{}", once.out);
}

#[test]
fn plain_cargo_test_measures_an_undecided_exercise_again_for_longer_too() {
    let command = workshop().command(&[]);
    let environment: Vec<_> = command
        .get_envs()
        .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())))
        .collect();
    let folder = workshop().path("exercises/toy-undecided");
    let mut cargo = std::process::Command::new(env!("CARGO"));
    cargo.args(["test", "--test", "memory", "growth"]).envs(environment).current_dir(folder);
    let ran = Ran::run(&mut cargo).ends_with(101);
    let ran = ran.says(&["memory::growth", "Not proven steady yet"]);
    assert!(flat(&ran.out).contains("rounds: Some(384)"), "{}", ran.out);
}

#[test]
fn test_of_an_exercise_that_does_not_build_shows_the_compilers_message() {
    let ran = workshop().run(&["test", "toy-broken"]).ends_with(2);
    ran.says(&["Failed: nothing was tested. Next: make it compile"])
        .warns(&["error[E0308]: mismatched types", "exercises/toy-broken/tests/memory.rs"]);
}

#[test]
fn an_exercise_over_a_bound_is_not_called_leaking() {
    let toy = Toy::new("runner-bound").with(1, "toy-over", STEADY).shipped().replacing(
        "exercises/toy-over/tests/memory.rs",
        "measured: 3",
        "measured: 9",
    );
    let sentence = "After 7 toys there are 9 live blocks; at most 5 are allowed.";
    toy.run(&["test", "toy-over"]).ends_with(1).says(&["FAIL  memory::bound_toys", sentence]);
    let listed = toy.run(&["list"]).ends_with(0).out;
    assert!(listed.lines().next().unwrap().ends_with("over a bound"), "{listed}");
    let mut terminal = Terminal::run(&toy.command(&["watch"]), (80, 40));
    terminal.sees(&["OVER A BOUND: 2 of 3 trials pass", "FAIL memory::bound_toys", sentence]);
    assert!(!terminal.written().contains("LEAKING"), "{}", terminal.written());
    terminal.types("q");
    assert!(terminal.ends().success());
}

#[test]
fn warnings_of_a_passing_test_are_shown() {
    let toy = Toy::new("warned").with(1, "toy-warned", STEADY);
    let library = "exercises/toy-warned/src/lib.rs";
    let text = toy.read(library);
    toy.write(library, &format!("{text}fn unused() {{}}\n"));
    // The second time, nothing is compiled.
    for _ in 0..2 {
        toy.run(&["test", "toy-warned"]).ends_with(0).says(&[
            "The compiler printed 1 warning:",
            "function `unused` is never used",
            "exercises/toy-warned/src/lib.rs",
            "Passed: all 3 trials.",
        ]);
    }
}
