//! The output and exit code of each command, in a toy workshop.

use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::sync::OnceLock;

use crate::support::toy::{
    ABORTING, BROKEN, EXITING, GROWING, PANICKING, STEADY, STOPPED, Toy, UNDECIDED,
};
use crate::support::{Ran, flat};

/// A workshop with an exercise for each outcome.
pub fn workshop() -> &'static Toy {
    static WORKSHOP: OnceLock<Toy> = OnceLock::new();
    WORKSHOP.get_or_init(|| {
        Toy::new("workshop")
            .with(2, "toy-growing", GROWING)
            .with(1, "toy-steady", STEADY)
            .with(3, "toy-undecided", UNDECIDED)
            .with(4, "toy-panicking", PANICKING)
            .with(5, "toy-exiting", EXITING)
            .with(6, "toy-aborting", ABORTING)
            .with(7, "toy-broken", BROKEN)
            .with(8, "toy-stopped", STOPPED)
    })
}

#[test]
fn list_shows_the_exercises_in_the_order_of_teaching() {
    let listed = workshop().run(&["list"]).ends_with(0);
    let first = listed.out.lines().next().unwrap();
    assert!(first.starts_with(" 1 toy-steady    Easy   10 min  no lock "), "{first}");
    listed.says(&["toy-steady", "toy-growing", "toy-undecided", "toy-broken"]);
}

#[test]
fn run_without_a_name_shows_a_line_per_exercise_and_the_first_unsteady_one_last() {
    let ran = workshop().run(&["run"]).ends_with(2);
    let ran = ran.says(&[
        "toy-steady    Steady    Steady    nothing\n",
        "toy-growing   Growing   Steady    1.00 live blocks, 8.00 B\n",
        "toy-undecided Undecided Steady    not proven yet\n",
        "toy-panicking Broken    Steady    it panicked\n  exercise: It panicked: out of tickets",
        "toy-exiting   Broken    Steady    it ended its own process\n",
        "toy-aborting  Broken    Steady    it was ended by a signal\n",
        "toy-broken    Broken    Steady    it does not build\n",
        "toy-stopped   Undecided Steady    not proven yet\n",
        "Next: toy-growing",
        "exercises/toy-growing/README.md",
        "cargo xtask test toy-growing",
    ]);
    assert!(ran.out.lines().all(|line| line.chars().count() <= 80), "{}", ran.out);
    ran.warns(&["exercises/toy-broken does not build", "error[E0308]: mismatched types"]);
}

#[test]
fn run_with_a_name_compares_the_versions_in_full() {
    let ran = workshop().run(&["run", "toy-growing"]).ends_with(0);
    let ran = ran.says(&[
        "toy-growing: The toy toy-growing",
        "exercise",
        "solution",
        "verdict",
        "Growing",
        "Steady",
        "operations",
        "allocations",
        "live blocks",
        "live bytes, drawn",
        "▁▂▂▂▂▃▃▃",
        "growth per op.",
        "1.00",
        "out of memory in",
        "never: it is steady",
        "Not available: tasks",
        "\nGrowing lines of the exercise, per operation:\n  toy_growing_exercise::keep\n",
        "    exercises/toy-growing/src/lib.rs:5\n",
        "    1.00 blocks and 8.00 B per operation\n",
        "The exercise leaks: each operation leaves 1.00 live blocks",
        "At 10 operations per second, 200 MB of memory become",
        "The solution is steady",
        "Next: cargo xtask test toy-growing",
    ]);
    assert!(ran.out.lines().all(|line| line.chars().count() <= 80), "{}", ran.out);
}

#[test]
fn run_ends_with_0_if_every_selected_version_has_a_verdict() {
    let toys = ["run", "toy-growing", "toy-undecided", "toy-steady"];
    workshop().run(&toys).ends_with(0).says(&["toy-steady", "toy-growing", "toy-undecided"]);
    let broken_ones_solution = ["run", "toy-broken", "--version", "solution"];
    let ran = workshop().run(&broken_ones_solution).ends_with(0);
    assert!(!ran.err.contains("does not build"), "{}", ran.err);
}

#[test]
fn run_explains_why_an_exercise_has_no_verdict() {
    workshop().run(&["run", "toy-exiting"]).ends_with(2).says(&[
        "ended its own process",
        "not available",
        "The exercise has no verdict. Its process ended with exit code 0",
        "It had measured 2 rounds.",
        "The solution is steady",
    ]);
    workshop()
        .run(&["run", "toy-broken"])
        .ends_with(2)
        .says(&["The exercise does not build", "Next: make it compile"]);
}

#[test]
fn more_rounds_are_not_suggested_for_a_workload_that_stopped() {
    let tested = workshop().run(&["test", "toy-stopped"]).ends_with(1).says(&[
        "open  memory::growth",
        "Not proven steady.",
        "The workload could not go on after 3 rounds: operation 301 failed: no",
    ]);
    let ran = workshop().run(&["run", "toy-stopped"]).ends_with(0).says(&[
        "The exercise is not proven either way. Its workload stopped after 3 rounds:",
        "Next: cargo xtask test toy-stopped\n",
    ]);
    for text in [tested.out, tested.err, ran.out] {
        let text = flat(&text);
        assert!(!text.contains("rounds decide") && !text.contains("longer"), "{text}");
        assert!(!text.contains("run at least"), "{text}");
    }
}

#[test]
fn an_exercise_is_named_by_its_name_its_number_or_the_current_folder() {
    let toy = workshop();
    toy.run(&["test", "1"]).ends_with(0).says(&["toy-steady: The toy"]);
    toy.run(&["run", "1", "--version", "solution"]).ends_with(0).says(&["toy-steady: The toy"]);
    for folder in ["exercises/toy-steady", "exercises/toy-steady/src"] {
        let mut command = toy.command(&["test"]);
        Ran::run(command.current_dir(toy.path(folder))).ends_with(0).says(&["toy-steady: The toy"]);
    }
    for command in ["test", "hint", "diff", "reset"] {
        toy.run(&[command]).ends_with(2).warns(&["Which exercise? Add its name or its number"]);
    }
    toy.run(&["test", "0"]).ends_with(2).warns(&["no exercise named \"0\""]);
    toy.run(&["verify", "99", "--form"]).ends_with(2).warns(&["no exercise named \"99\""]);
}

#[test]
fn an_unknown_name_is_answered_with_the_nearest_one() {
    for arguments in [["run", "toy-growin"], ["test", "toy-growin"]] {
        let ran = workshop().run(&arguments).ends_with(2);
        let ran = ran.warns(&[
            "There is no exercise named \"toy-growin\". Did you mean toy-growing?",
            "cargo xtask list",
        ]);
        assert_eq!(ran.out, "");
    }
    let ran = workshop().run(&["run", "qqq"]).ends_with(2);
    assert!(!ran.err.contains("Did you mean"), "{}", ran.err);
}

#[test]
fn an_invalid_option_is_refused_with_the_valid_values() {
    for (option, number) in [("--rounds", "0"), ("--rounds", "-1"), ("--operations", "-1")] {
        let ran = workshop().run(&["run", option, number]).ends_with(2);
        let value = format!("invalid value '{number}' for '{option} <N>'");
        ran.warns(&[&value, "it must be", "at least 1"]);
    }
    for rate in ["0", "-1", "inf", "many"] {
        let ran = workshop().run(&["run", "--requests-per-second", rate]).ends_with(2);
        let value = format!("invalid value '{rate}' for '--requests-per-second <N>'");
        ran.warns(&[&value, "it must be a number above 0"]);
    }
    let ran = workshop().run(&["run", "--version", "mine"]).ends_with(2);
    ran.warns(&["exercise, solution, shipped, all"]);
}

#[test]
fn outside_a_workshop_the_next_step_is_named() {
    let elsewhere = tempfile::tempdir().unwrap();
    let mut command = workshop().command(&["list"]);
    let output = command.current_dir(elsewhere.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let words = String::from_utf8(output.stderr).unwrap();
    assert!(words.contains("Go to the workshop's folder"), "{words}");
}

#[test]
fn a_closed_pipe_is_not_a_failure() {
    let mut command = workshop().command(&["run", "toy-growing", "toy-steady"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut first = String::new();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    out.read_line(&mut first).unwrap();
    drop(out);
    assert!(first.starts_with("toy-steady"), "{first}");
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
