//! `watch` in a real terminal, as a learner uses it who has read the README and nothing else.

mod terminal;
#[expect(dead_code, reason = "each test file uses its share")]
mod toy;
mod workshop_copy;

use std::fs;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use terminal::Terminal;
use toy::repository;
use workshop_copy::WorkshopCopy;

const NAME: &str = "unbounded-cache";
const FIXED_FILE: &str = "exercises/unbounded-cache/src/cache.rs";

/// The runner in a terminal of this size, in `copy`.
fn watch(copy: &WorkshopCopy, arguments: &[&str], size: (u16, u16)) -> Terminal {
    let variables = WorkshopCopy::variables();
    let variables: Vec<(&str, &str)> =
        variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    Terminal::run(env!("CARGO_BIN_EXE_xtask"), arguments, &copy.path(""), &variables, size)
}

/// What comes of running `arguments` in `copy`, without a terminal.
fn run(copy: &WorkshopCopy, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.args(arguments).current_dir(copy.path("")).envs(WorkshopCopy::variables());
    command.env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS").output().unwrap()
}

#[track_caller]
fn says(output: &Output, code: i32, words: &[&str]) {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let all = format!("{text}{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{all}");
    for words in words {
        assert!(text.contains(words), "{words:?} is not in\n{all}");
    }
}

/// The commands that the README names for a learner; the test uses no others.
fn commands_of_the_readme() -> String {
    let readme = fs::read_to_string(repository().join("README.md")).unwrap();
    let (_, learn) = readme.split_once("\n## Learn\n").unwrap();
    learn.split("\n## ").next().unwrap().to_owned()
}

#[test]
fn a_learner_finds_fixes_and_proves_the_first_exercise_from_the_readme_alone() {
    let readme = commands_of_the_readme();
    for command in [
        "cargo xtask watch",
        "cargo xtask hint",
        "cargo xtask diff",
        "cargo xtask reset",
        "--undo",
        "cargo xtask test unbounded-cache",
        "`h`",
        "`d`",
        "`r`",
        "`q`",
    ] {
        assert!(readme.contains(command), "README.md, Learn, does not say {command}");
    }

    let copy = WorkshopCopy::of(NAME, "learner");
    let mut bench = watch(&copy, &["watch"], (80, 40));
    // Predict: an answer, a skipped question, and the rest skipped at once.
    bench.sees(&["what do you expect?", "What will grow?"]);
    bench.types("blocks, bytes\r");
    bench.sees(&["A number"]);
    bench.types("\r");
    bench
        .sees(&["falls", "yes or no"].map(|word| if word == "falls" { "fall when" } else { word }));
    bench.types("\x1b");
    bench.sees(&["you said: live blocks, live bytes", "as predicted"]);
    bench.types("\r");
    // Find.
    bench.sees(&[
        "as shipped",
        "0 of 1 fixed",
        "open  exercises/unbounded-cache/src/cache.rs:",
        "LEAKING: 9 of 12 trials pass",
        "live blocks per operation",
        "TaskListCache::get_or_load",
        "Waiting for a save",
    ]);
    assert!(bench.written().contains("\x1b]8;;file://"), "the path cannot be clicked");
    bench.types("h");
    bench.sees(&["hint 1 of 3"]);
    bench.types("h");
    bench.sees(&["hint 2 of 3"]);
    // The difference: the solution is not given away unasked.
    bench.types("d");
    bench.sees(&["shows the solution", "any other key: no"]);
    bench.types("s");
    bench.sees(&["Yours is as shipped"]);
    // Fix.
    let solution = fs::read_to_string(copy.path("solutions/unbounded-cache/src/cache.rs")).unwrap();
    let mine = format!("{solution}\n// Mine.\n");
    fs::write(copy.path(FIXED_FILE), &mine).unwrap();
    bench.sees(&[
        "FIXED: 12 of 12 trials pass",
        "edited",
        "1 of 1 fixed",
        "live blocks per operation",
        ", now 0",
    ]);
    bench.types("d");
    bench.sees(&["from yours (-) to the solution (+)", "- // Mine."]);
    // Reset, after a question.
    bench.types("r");
    bench.sees(&["Put exercises/unbounded-cache back as it was shipped?"]);
    bench.types("x");
    assert_eq!(fs::read_to_string(copy.path(FIXED_FILE)).unwrap(), mine);
    bench.types("r");
    bench.sees(&["back as it was shipped?"]);
    bench.types("y");
    bench.sees(&["Your version is kept in", ".leak-lab/kept/", "reset unbounded-cache --undo"]);
    bench.types("\r");
    bench.sees(&["LEAKING", "as shipped", "0 of 1 fixed", "Waiting for a save"]);
    // And back, while the bench watches.
    says(&run(&copy, &["reset", "--undo"]), 0, &["is your version again"]);
    bench.sees(&["FIXED: 12 of 12", "1 of 1 fixed"]);
    bench.types("q");
    assert!(bench.ends().success());
    // Prove.
    assert_eq!(fs::read_to_string(copy.path(FIXED_FILE)).unwrap(), mine);
    says(&run(&copy, &["test", NAME]), 0, &["Passed: all 12 trials"]);
    says(&run(&copy, &["list"]), 0, &["edited      fixed"]);
}

/// The time from an edit of a string in the exercise to its verdict, in `watch`. Not a test of
/// every day: a busy machine would fail it. `cargo test --package xtask --test watch -- --ignored
/// --nocapture`
#[test]
#[ignore = "measures time, so it wants the machine for itself"]
fn the_time_from_an_edit_to_its_verdict_is_short() {
    let copy = WorkshopCopy::of(NAME, "edits");
    let mut bench = watch(&copy, &["watch", NAME], (80, 40));
    bench.sees(&["what do you expect?"]);
    bench.types("\x1b");
    bench.sees(&["LEAKING: 9 of 12", "Waiting for a save"]);
    let file = copy.path("exercises/unbounded-cache/src/server.rs");
    let text = fs::read_to_string(&file).unwrap();
    let mut times: Vec<Duration> = (0..10)
        .map(|edit| {
            let edited =
                format!("{text}\n#[doc = \"Edit {edit}\"]\npub const EDIT: &str = \"{edit}\";\n");
            let began = Instant::now();
            fs::write(&file, edited).unwrap();
            // First the new test is seen to be under way, then its verdict.
            bench.until(&["..."], |screen| screen.contains("Before your last save"));
            let screen = bench.until(&["verdict"], |screen| {
                screen.contains(" of 12 trials pass")
                    && screen.contains("Waiting for a save")
                    && !screen.contains("Before your last save")
            });
            let time = began.elapsed();
            assert!(screen.contains("LEAKING: 9 of 12"), "{screen}");
            time
        })
        .collect();
    times.sort();
    let median = (times[4] + times[5]) / 2;
    println!("from an edit to its verdict: {median:.2?} in the middle of ten, of {times:.2?}");
    assert!(median <= Duration::from_millis(1500), "{median:?}");
    bench.types("q");
    assert!(bench.ends().success());
}
