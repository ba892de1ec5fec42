//! No edit breaks the runner: each failure of an exercise is reported within a limited time, affects no
//! other exercise, and leaves no process or file behind.

mod failures;

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use failures::{FAILURES, SELF_DELETING};

use crate::support::toy::{BROKEN, STEADY, Toy};
use crate::support::traces::Traces;
use crate::support::{Ran, flat};

/// A workshop with an exercise for each failure.
fn workshop() -> &'static Toy {
    static WORKSHOP: OnceLock<Toy> = OnceLock::new();
    WORKSHOP.get_or_init(|| {
        let mut toy = Toy::new("workshop-of-outcomes").with(1, "toy-broken", BROKEN);
        for (order, (exercise, growth, ..)) in (1..).zip(FAILURES).skip(1) {
            toy = toy.with_exercise(order, exercise, growth);
        }
        let own = "#[global_allocator]\nstatic OWN: std::alloc::System = std::alloc::System;\n";
        let place = "exercises/toy-own-allocator/src/lib.rs";
        toy.write(place, &format!("{}{own}", toy.read(place)));
        toy.replacing(
            "exercises/toy-without-meter/tests/memory.rs",
            "static METER: Meter = exercise_harness::meter();",
            "static METER: std::alloc::System = std::alloc::System;\nconst _: Option<Meter> = None;",
        )
    })
}

/// Runs `arguments` with a short timeout, and asserts that nothing is left behind.
fn run(toy: &Toy, arguments: &[&str]) -> Ran {
    let traces = Traces::new();
    let mut command = toy.command(arguments);
    // Backtraces take seconds in a debug build.
    command.env("LEAK_LAB_SILENCE", "8").env_remove("RUST_BACKTRACE");
    let ran = Ran::run(traces.mark(&mut command));
    traces.are_gone();
    ran
}

#[test]
#[ignore = "takes minutes with the others in `slow`: run with --ignored"]
fn each_failure_has_its_sentence_and_affects_no_other_exercise() {
    let toy = workshop();
    // The first build does not count.
    run(toy, &["run", "toy-broken", "--version", "exercise"]).ends_with(2);
    let began = Instant::now();
    let ran = run(toy, &["run", "--version", "exercise"]).ends_with(2);
    assert!(began.elapsed() < Duration::from_secs(120), "{:?}", began.elapsed());
    let lines: Vec<&str> = ran.out.lines().collect();
    for (at, (exercise, _, beside, sentences)) in FAILURES.iter().enumerate() {
        let begins = |name: &str| {
            let line = lines.iter().position(|line| line.split(' ').next() == Some(name));
            line.unwrap_or_else(|| panic!("{name} is missing:\n{}\n{}", ran.out, ran.err))
        };
        let end = FAILURES.get(at + 1).map_or(lines.len(), |(next, ..)| begins(next));
        let own = flat(&lines[begins(exercise)..end].join("\n"));
        assert!(own.contains(beside), "{exercise}: {beside:?} is not in {own}\n{}", ran.err);
        for sentence in *sentences {
            assert!(own.contains(sentence), "{exercise}: {sentence:?} is not in {own}");
        }
    }
    let errors = flat(&ran.err);
    for words in [
        "exercises/toy-broken does not build",
        "exercises/toy-own-allocator does not build",
        "already has the one global allocator, the meter: remove the other",
    ] {
        assert!(errors.contains(words), "{words:?} is not in {}", ran.err);
    }
    assert!(!ran.out.contains("Every exercise is steady"), "{}", ran.out);
}

#[test]
#[ignore = "takes minutes with the others in `slow`: run with --ignored"]
fn an_exercise_that_cannot_be_measured_is_not_steady_and_says_why() {
    let toy = workshop();
    for (exercise, words) in [
        ("toy-homeless", "cannot be counted: No such file"),
        ("toy-evicted", "was removed"),
        ("toy-without-meter", "declare one with #[global_allocator]"),
    ] {
        let ran = run(toy, &["test", exercise]).ends_with(1);
        assert!(flat(&ran.out).contains(words), "{words:?} is not in {}", ran.out);
    }
    let ran = run(toy, &["test", "toy-littering"]).ends_with(1);
    assert!(flat(&ran.out).contains("It left 3 processes behind (sleep)"), "{}", ran.out);
    let listed = toy.run(&["list"]).ends_with(0).out;
    let line = listed.lines().find(|line| line.contains("toy-littering"));
    assert!(line.is_some_and(|line| line.ends_with("broken")), "{listed}");
    // Its output is shown and marked.
    let ran = run(toy, &["test", "toy-exiting"]).ends_with(1);
    ran.says(&["The end of its output:", "  | test memory::growth ... ok"]);
}

#[test]
#[ignore = "takes minutes with the others in `slow`: run with --ignored"]
fn a_failing_behaviour_affects_no_other_trial() {
    let place = "exercises/toy-misbehaving/tests/memory.rs";
    for (behaviour, words) in [
        ("panic!(\"one is not two\")", "It panicked: one is not two at"),
        ("std::process::exit(0)", "ended with exit code 0 before the trial was over"),
        ("loop { std::thread::park() }", "it was waiting: look for a lock"),
        (
            "std::fs::write(std::env::temp_dir().join(\"spilled\"), \"page\").unwrap()",
            "It left 1 file in the system's folder for temporary files or in the current folder \
             (spilled).",
        ),
        ("std::fs::create_dir(\"cache\").unwrap()", "in the current folder (cache)."),
    ] {
        let toy = Toy::new("workshop-that-misbehaves")
            .with(1, "toy-misbehaving", STEADY)
            .replacing(place, "|_| {})", &format!("|_| {{ {behaviour} }})"));
        let ran = run(&toy, &["test", "toy-misbehaving"]).ends_with(1);
        let text = flat(&ran.out);
        assert!(text.contains(words), "{words:?} is not in {}", ran.out);
        assert!(text.contains("pass 2 of 3 trials: memory::growth, "), "{}", ran.out);
        assert!(text.contains("Failed: 1 of 3 trials."), "{}", ran.out);
    }
}

/// In plain `cargo test` too, a process that exits with success does not pass.
#[test]
#[ignore = "takes minutes with the others in `slow`: run with --ignored"]
fn plain_cargo_test_does_not_pass_a_test_that_exits() {
    let place = "exercises/toy-leaving/tests/memory.rs";
    let toy = Toy::new("workshop-that-leaves").with(1, "toy-leaving", STEADY);
    let leaving = "|_| { println!(\"goodbye\"); std::process::exit(0) })";
    let toy = toy.replacing(place, "|_| {})", leaving);
    let mut command = Command::new(env!("CARGO"));
    command.args(["test", "--test", "memory"]).current_dir(toy.path("exercises/toy-leaving"));
    for (name, value) in toy.command(&[]).get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let ran = Ran::run(&mut command).ends_with(101);
    let ran = ran.says(&["ended with exit code 0 before the trial was over"]);
    ran.warns(&["behaviour::it_works printed:\ngoodbye"]);
}

#[test]
#[ignore = "takes minutes with the others in `slow`: run with --ignored"]
fn a_test_that_never_lists_its_trials_is_ended() {
    let toy = Toy::new("workshop-that-never-begins").with(1, "toy-beginning", STEADY).replacing(
        "exercises/toy-beginning/tests/memory.rs",
        "ExitCode {\n",
        "ExitCode {\n    if true { loop { std::thread::park() } }\n",
    );
    let ran = run(&toy, &["test", "toy-beginning"]).ends_with(2);
    let errors = flat(&ran.err);
    assert!(errors.contains("does not list its trials: it was ended after 8"), "{}", ran.err);
}

#[test]
#[ignore = "takes minutes with the others in `slow`: run with --ignored"]
fn an_invalid_timeout_is_refused_with_a_valid_one() {
    let toy = Toy::new("workshop-with-invalid-timeout").with(1, "toy-steady", STEADY);
    let mut command = toy.command(&["run"]);
    let ran = Ran::run(command.env("LEAK_LAB_SILENCE", "never")).ends_with(2);
    ran.warns(&["LEAK_LAB_SILENCE is set to \"never\"; it must be a number of seconds above 0"]);
}

#[test]
#[ignore = "takes minutes with the others in `slow`: run with --ignored"]
fn sources_that_delete_themselves_are_measured_as_they_were_built() {
    let toy = Toy::new("workshop-that-deletes-itself").with(1, "toy-gone", SELF_DELETING);
    run(&toy, &["run", "toy-gone"]).ends_with(0).says(&["Growing", "toy_gone_exercise::keep"]);
    assert!(!Path::new(&toy.path("exercises/toy-gone/src")).exists());
    // From now on it does not build, but the other version is still measured.
    let ran = run(&toy, &["run", "toy-gone"]).ends_with(2);
    ran.says(&["The exercise does not build", "The solution is steady"]);
    fs::create_dir_all(toy.path("exercises/toy-gone/src")).unwrap();
}
