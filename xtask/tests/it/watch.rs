//! `watch` in a terminal, as used by a learner who has only read the README.

use std::fs;
use std::time::{Duration, Instant};

use crate::support::repository;
use crate::support::terminal::Terminal;
use crate::support::workshop_copy::WorkshopCopy;

const NAME: &str = "unbounded-cache";
const FIXED_FILE: &str = "exercises/unbounded-cache/src/cache.rs";

/// The runner in a terminal of this size, in `copy`.
fn watch(copy: &WorkshopCopy, arguments: &[&str], size: (u16, u16)) -> Terminal {
    Terminal::run(&copy.command(arguments), size)
}

/// The section of the README for learners. The test uses only commands from it.
fn commands_of_the_readme() -> String {
    let readme = fs::read_to_string(repository().join("README.md")).unwrap();
    let (_, learn) = readme.split_once("\n## Learn\n").unwrap();
    learn.split("\n## ").next().unwrap().to_owned()
}

/// The time from an edit of a string in the exercise to its verdict. A busy machine would fail it, so it
/// is run alone: `cargo test --package xtask --test it the_time -- --ignored --nocapture`
#[test]
#[ignore = "measures time, so it needs a quiet machine"]
fn the_time_from_an_edit_to_its_verdict_is_short() {
    let copy = WorkshopCopy::new(NAME, "edits");
    let mut terminal = watch(&copy, &["watch", NAME], (80, 40));
    terminal.sees(&["NOT JUDGED: ", "Waiting for changes"]);
    terminal.types("vl\r");
    terminal.sees(&["RIGHT: ", "Waiting for changes"]);
    terminal.types("\r");
    terminal.sees(&["LEAKING: ", "Waiting for changes"]);
    let file = copy.path("exercises/unbounded-cache/src/server.rs");
    let text = fs::read_to_string(&file).unwrap();
    let mut times: Vec<Duration> = (0..10)
        .map(|edit| {
            let edited =
                format!("{text}\n#[doc = \"Edit {edit}\"]\npub const EDIT: &str = \"{edit}\";\n");
            let began = Instant::now();
            fs::write(&file, edited).unwrap();
            // First the new test is in progress, then there is a verdict.
            terminal.until(&["..."], |screen| screen.contains("Before your last save"));
            let screen = terminal.until(&["verdict"], |screen| {
                screen.contains(" trials pass")
                    && screen.contains("Waiting for changes")
                    && !screen.contains("Before your last save")
            });
            let time = began.elapsed();
            assert!(screen.contains("LEAKING: "), "{screen}");
            time
        })
        .collect();
    times.sort();
    let median = (times[4] + times[5]) / 2;
    println!("from an edit to its verdict: {median:.2?} in the middle of ten, of {times:.2?}");
    assert!(median <= Duration::from_millis(1500), "{median:?}");
    terminal.types("q");
    assert!(terminal.ends().success());
}

/// What takes up to two minutes.
mod slow {
    use super::*;

    #[test]
    #[ignore = "takes up to two minutes: run with --ignored"]
    fn a_learner_finds_fixes_and_proves_the_first_exercise_from_the_readme_alone() {
        let readme = commands_of_the_readme();
        for command in [
            "cargo xtask watch",
            "cargo xtask hint",
            "cargo xtask diff",
            "cargo xtask reset",
            "--undo",
            "cargo xtask test unbounded-cache",
            "cargo xtask judge unbounded-cache",
            "`h`",
            "`v`",
            "`d`",
            "`r`",
            "`q`",
        ] {
            assert!(readme.contains(command), "README.md, Learn, does not say {command}");
        }

        let copy = WorkshopCopy::new(NAME, "learner");
        let mut terminal = watch(&copy, &["watch"], (80, 40));
        // Judge it, by a prediction: one answer, one skipped question, then skip the rest.
        terminal.sees(&["NOT JUDGED: ", "live memory more per operation", "press v", "Waiting"]);
        terminal.types("p");
        terminal.sees(&["what do you expect?", "What will grow without end?"]);
        terminal.types("blocks, bytes\r");
        terminal.sees(&["(a number)"]);
        terminal.types("\r");
        terminal.sees(&["fall when", "yes or no"]);
        terminal.types("\x1b");
        terminal.sees(&[
            "you said: live blocks, live bytes",
            "as predicted",
            "measured: held by the hash table of TaskListCache::get_or_load",
        ]);
        terminal.types("\r");
        // Find.
        terminal.sees(&[
            "as shipped",
            "0 of 1 done, 1 judged",
            "open  exercises/unbounded-cache/src/cache.rs:45",
            "LEAKING: ",
            "live blocks per operation",
            "Who holds it (all of it: w):",
            "held by the hash table of TaskListCache::get_or_load",
            "Waiting for changes",
        ]);
        terminal.types("w");
        terminal.sees(&["who holds it", "dropping it would free"]);
        assert!(terminal.written().contains("\x1b]8;;file://"), "the path cannot be clicked");
        terminal.types("h");
        terminal.sees(&["hint 1 of 3"]);
        terminal.types("h");
        terminal.sees(&["hint 2 of 3"]);
        // The comparison: asks before it reveals the solution.
        terminal.types("d");
        terminal.sees(&["shows the solution", "any other key: no"]);
        terminal.types("s");
        terminal.sees(&["Yours is as shipped"]);
        // Fix.
        let solution =
            fs::read_to_string(copy.path("solutions/unbounded-cache/src/cache.rs")).unwrap();
        let mine = format!("{solution}\n// Mine.\n");
        fs::write(copy.path(FIXED_FILE), &mine).unwrap();
        terminal.sees(&[
            "FIXED: ",
            "edited",
            "1 of 1 done, 1 judged",
            "live blocks per operation",
            ", now 0",
        ]);
        terminal.types("d");
        terminal.sees(&["from yours (-) to the solution (+)", "- // Mine."]);
        // Reset: asks first.
        terminal.types("r");
        terminal.sees(&["Restore exercises/unbounded-cache as it was shipped?"]);
        terminal.types("x");
        assert_eq!(fs::read_to_string(copy.path(FIXED_FILE)).unwrap(), mine);
        terminal.types("r");
        terminal.sees(&["unbounded-cache as it was shipped?"]);
        terminal.types("y");
        terminal.sees(&[
            "Your version is saved in",
            ".leak-lab/kept/",
            "reset unbounded-cache --undo",
        ]);
        terminal.types("\r");
        terminal.sees(&["LEAKING", "as shipped", "0 of 1 done, 1 judged", "Waiting for changes"]);
        // And back, while it watches.
        copy.run(&["reset", "--undo"]).ends_with(0).says(&["is your version again"]);
        terminal.sees(&["FIXED: ", "1 of 1 done, 1 judged"]);
        terminal.types("q");
        assert!(terminal.ends().success());
        // Prove.
        assert_eq!(fs::read_to_string(copy.path(FIXED_FILE)).unwrap(), mine);
        copy.run(&["test", NAME]).ends_with(0).says(&["Passed: all "]);
        copy.run(&["list"]).ends_with(0).says(&["edited      fixed"]);
    }
}
