//! Whether an exercise leaks is not shown before a learner has judged it, and progress counts judgements.

use std::io::Write as _;
use std::process::Stdio;

use crate::support::terminal::Terminal;
use crate::support::toy::{BROKEN, EXITING, FILLING, GROWING, STEADY, Toy};
use crate::support::{Ran, flat};

/// The `[decoy]` table of a toy that runs [`FILLING`].
const DECOY: &str = "resources = [\"live_blocks\", \"live_bytes\"]\nlevels_off_after = 700\n\
                     server_level_bytes = 500_000_000\n\
                     [decoy.too_short]\nrounds = 12\noperations_per_round = 40\n\
                     verdict = \"undecided\"\n";
const FIXED: &str =
    "//! Toy.\n\n/// Keeps nothing.\npub fn keep(number: u64) {\n    drop(number);\n}\n";

/// A fresh workshop of a leak and of growth that ends by itself, with names of equal length.
fn workshop(name: &str) -> Toy {
    let toy = Toy::new(&format!("judge-{name}"))
        .with(1, &format!("{name}-gone"), GROWING)
        .with_decoy(2, &format!("{name}-full"), FILLING, DECOY)
        .unjudged();
    let _ = std::fs::remove_dir_all(toy.path(".leak-lab"));
    for exercise in ["gone", "full"] {
        toy.write(
            &format!("solutions/{name}-{exercise}/README.md"),
            "# Toy: solution\n\n## Why it is fine\n\nA box is full after 700 operations.\n",
        );
    }
    toy.shipped()
}

/// `text` without what differs between two exercises that are alike: names and figures.
fn neutral(text: &str, name: &str) -> String {
    let text = text.replace(name, "NAME").replace(&name.replace('-', "_"), "NAME");
    let figures = |letter: char| if letter.is_ascii_digit() { '0' } else { letter };
    let text: String = text.chars().map(figures).collect();
    let mut words: Vec<String> = flat(&text).split(' ').map(str::to_owned).collect();
    for word in &mut words {
        // Times, addresses, seeds and counts have any number of digits.
        while word.contains("00") || word.contains("0,0") {
            *word = word.replace("00", "0").replace("0,0", "0");
        }
    }
    words.join(" ")
}

#[test]
fn before_a_judgement_a_leak_and_growth_that_ends_look_the_same() {
    let toy = workshop("alike");
    let lines = |out: &str| -> Vec<String> {
        let of = |name: &str| out.lines().find(|line| line.contains(name)).unwrap().to_owned();
        ["alike-gone", "alike-full"].map(|name| neutral(&of(name), name)).to_vec()
    };
    // Twice, because a result may be remembered.
    for _ in 0..2 {
        for arguments in [&["list"][..], &["run"]] {
            let lines = lines(&toy.run(arguments).ends_with(0).out);
            assert_eq!(lines[0].replace("0 NAME Easy", ""), lines[1].replace("0 NAME Easy", ""));
            assert!(lines[0].contains("not judged"), "{lines:?}");
        }
        for (arguments, code) in [
            (&["run"][..], 0),
            (&["run", "--rounds", "30"], 0),
            (&["run", "--rounds", "200"], 0),
            (&["run", "--rounds", "200", "--format", "json"], 0),
            (&["run", "--format", "json"], 0),
            (&["run", "--until-oom"], 2),
            (&["run", "--for-assistant"], 0),
            (&["profile", "--tool", "valgrind"], 2),
            (&["test"], 2),
            (&["judge"], 2),
            (&["diff"], 2),
            (&["run", "--version", "solution"], 2),
            (&["predict"], 2),
        ] {
            let [leak, decoy] = ["alike-gone", "alike-full"].map(|name| {
                let ran = toy.run(&[&arguments[..1], &[name], &arguments[1..]].concat());
                let Ran { out, err, .. } = ran.ends_with(code);
                // The curve of a longer run is the learner's own measurement, resident memory depends on the
                // system, and hashes on the names.
                let differs = ["drawn", "resident", "build_id", "signature"];
                let is_same = |line: &&str| !differs.iter().any(|word| line.contains(word));
                let out: Vec<&str> = out.lines().filter(is_same).collect();
                neutral(&format!("{}\n{err}", out.join("\n")), name)
            });
            assert_eq!(leak, decoy, "{arguments:?}");
            for verdict in ["Growing", "Steady", "growing\"", "steady\"", "LEAK", "FIXED"] {
                assert!(!leak.contains(verdict), "{arguments:?}: {leak}");
            }
        }
    }
    // For those who know.
    toy.run(&["run", "alike-gone", "--reveal"]).ends_with(0).says(&["Growing", "Steady"]);
    toy.run(&["test", "alike-gone", "--reveal"]).ends_with(1).says(&["FAIL  memory::growth"]);
    toy.run(&["list"]).says(&["alike-gone", "not judged"]);
}

#[test]
fn the_figures_of_the_window_are_shown_before_the_answer() {
    let toy = workshop("figures");
    for (exercise, code) in [("figures-gone", 0), ("figures-full", 1)] {
        let ran = Ran::run(toy.command(&["judge", exercise]).stdin(Stdio::null())).ends_with(2);
        let figures = [
            "live blocks",
            "In 11 rounds and ",
            "8.00 B of live memory more per operation",
            &format!("exercises/{exercise}/src/lib.rs:5\n"),
        ];
        let ran = ran.says(&figures).warns(&["A leak, or no leak?", "There is no answer."]);
        assert!(!ran.out.contains("held by"), "{}", ran.out);
        let judged = toy.run(&["judge", exercise, "leak", "--because", ""]).ends_with(code);
        assert!(!judged.out.contains("In 11 rounds"), "nothing is asked, but: {}", judged.out);
    }
}

#[test]
fn the_next_step_does_not_tell_that_growth_has_ended() {
    let toy = Toy::new("judge-next").with_decoy(1, "next-full", FILLING, DECOY).unjudged();
    let ran = toy.run(&["run", "--rounds", "200"]).ends_with(0);
    ran.says(&["not judged", "Next: next-full", "judge  cargo xtask judge next-full"]);
}

#[test]
fn a_judgement_is_compared_with_the_measurement_and_counts() {
    let toy = workshop("count");
    toy.run(&["judge", "count-full", "leak", "--because", "lib.rs keeps it"]).ends_with(1).says(&[
        "WRONG: you said a leak",
        "because: lib.rs keeps it",
        "The exercise is steady",
        "live blocks at",
        "after 700 operations",
        "Why it is fine",
        "A box is full after 700 operations.",
        "Next: read solutions/count-full/README.md, then answer again: cargo xtask judge count-full",
    ]);
    toy.run(&["list"]).says(&["count-gone", "not judged", "count-full", "misjudged"]);
    toy.run(&["list"]).says(&["\n0 of 2 done, 1 judged\n"]);
    let right =
        toy.run(&["judge", "count-full", "no-leak", "--because", "it is full"]).ends_with(0);
    right.says(&[
        "RIGHT: you said no leak",
        "because: it is full",
        "Next: solutions/count-full/README.md",
    ]);
    toy.run(&["list"]).says(&["count-gone", "not judged", "count-full", "  judged"]);
    toy.run(&["run"]).ends_with(0).says(&["not judged", "count-full Steady    Steady    nothing"]);
    toy.run(&["test", "count-full"]).ends_with(0).says(&["Passed: all 3 trials.", "count-gone"]);
    // The answers may be piped in.
    let mut command = toy.command(&["judge", "count-gone"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"perhaps\nleak\nlib.rs, by nobody\n").unwrap();
    let output = child.wait_with_output().unwrap();
    let (out, err) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "{out}{err}");
    assert!(err.contains("\"perhaps\" is neither leak nor no-leak."), "{err}");
    assert!(out.contains("RIGHT: you said a leak") && out.contains("The exercise leaks"), "{out}");
    assert!(out.contains("You named the right place"), "{out}");
    assert!(out.contains("Next: fix it, then cargo xtask test count-gone"), "{out}");
    // It counts before the leak is fixed.
    let counts = "\n1 of 2 done, 2 judged\n";
    toy.run(&["list"]).says(&["count-gone", "not run", "count-full", "  judged", counts]);
    toy.run(&["run"]).ends_with(0).says(&["count-full", counts, "Next: count-gone"]);
    toy.run(&["run", "count-gone"]).ends_with(0).says(&["Growing", "Steady"]);
}

#[test]
fn the_shipped_version_is_judged_whatever_the_edits() {
    let _place = Toy::builds_shipped_versions();
    let toy = workshop("edits");
    toy.run(&["list"]).ends_with(0);
    toy.write("exercises/edits-gone/src/lib.rs", FIXED);
    toy.run(&["predict", "edits-gone"]).ends_with(2).warns(&["cargo xtask judge edits-gone"]);
    let mut terminal = Terminal::run(&toy.command(&["watch", "edits-gone"]), (80, 40));
    terminal.sees(&["NOT JUDGED", "Waiting"]);
    terminal.types("p");
    terminal.sees(&["It cannot be predicted", "It is edited", "cargo xtask judge edits-gone"]);
    terminal.types("q");
    assert!(terminal.ends().success());
    let judged = toy.run(&["judge", "edits-gone", "leak", "--because", "main.rs"]).ends_with(0);
    judged.says(&["RIGHT: you said a leak", "The shipped exercise leaks"]);
    toy.run(&["test", "edits-gone"]).ends_with(0);
    toy.run(&["list"]).says(&["edits-gone", "edited      fixed"]);
}

#[test]
fn an_answer_to_the_first_question_of_predict_is_a_judgement() {
    let toy = workshop("guess");
    let mut command = toy.command(&["predict", "guess-full"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"nothing\n").unwrap();
    let output = child.wait_with_output().unwrap();
    let out = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{out}");
    assert!(flat(&out).contains("you said: nothing measured: nothing as predicted"), "{out}");
    toy.run(&["list"]).says(&["guess-full", "  judged"]);
}

#[test]
fn without_a_measurement_there_is_no_judgement() {
    let toy = Toy::new("judge-nothing").with(1, "toy-unbuilt", BROKEN).unjudged();
    toy.run(&["judge", "toy-unbuilt", "leak"]).ends_with(2).warns(&["does not build", "E0308"]);
    assert!(!toy.path(".leak-lab/judged").exists());
    // What cannot be judged is not asked.
    let asked = Ran::run(toy.command(&["judge", "toy-unbuilt"]).stdin(Stdio::null()));
    let asked = asked.ends_with(2).warns(&["does not build"]);
    assert!(!asked.err.contains("A leak, or no leak?"), "{}", asked.err);
}

#[test]
fn an_unjudged_exercise_that_misbehaves_or_does_not_build_says_so() {
    let toy = Toy::new("judge-broken").with(1, "toy-unbuilt", BROKEN).with(2, "toy-rude", STEADY);
    let toy = toy.unjudged().replacing(
        "exercises/toy-rude/tests/memory.rs",
        "|_| {})",
        "|_| panic!(\"no thanks\"))",
    );
    toy.run(&["test", "toy-rude"])
        .ends_with(1)
        .says(&["It panicked: no thanks", "1 behaviour failed."]);
    toy.run(&["test", "toy-unbuilt"]).ends_with(2);
    toy.run(&["list"]).says(&["toy-unbuilt", "broken", "toy-rude", "not judged"]);
    toy.run(&["run", "toy-unbuilt"]).ends_with(2).warns(&["E0308"]);
}

#[test]
fn a_report_has_no_verdict_on_what_is_not_judged() {
    let toy = workshop("noted");
    let report = |arguments: &[&str]| {
        let _ = std::fs::remove_file(toy.path("day.md"));
        toy.run(&[&["report", "--out", "day.html"], arguments].concat()).ends_with(0);
        (toy.read("day.md"), toy.read("day.html"))
    };
    let (markdown, page) = report(&[]);
    let chapter = |name: &str| {
        let (_, chapter) = markdown.split_once(&format!("\n## {name}: ")).expect("its chapter");
        let lines = chapter.split("\n## ").next().unwrap().lines();
        // Whether a page was added in between is chance.
        let lines: Vec<&str> = lines.filter(|line| !line.contains("resident")).collect();
        neutral(&lines.join("\n"), name)
    };
    assert_eq!(chapter("noted-gone"), chapter("noted-full"));
    for text in [&markdown, &page] {
        for word in ["Growing", "Steady", "leaks", "held by", ">solution<"] {
            assert!(!text.contains(word), "{word:?} is in {text}");
        }
    }
    assert!(markdown.contains("8.00 B of live memory more per operation"), "{markdown}");
    assert!(page.contains("<polyline"), "{page}");
    let (markdown, _) = report(&["--reveal"]);
    for words in ["| noted-gone | Growing | Steady |", "| noted-full | Steady | Steady |"] {
        assert!(markdown.contains(words), "{words:?} is not in {markdown}");
    }
    // Without a verdict, it says why not.
    let toy = Toy::new("judge-noted-ended").with(1, "toy-ended", EXITING);
    toy.run(&["report", "--out", "day.html"])
        .ends_with(2)
        .warns(&["toy-ended (exercise): Its process ended with exit code 0"]);
}

/// What takes up to two minutes.
mod slow {
    use super::*;

    #[test]
    #[ignore = "takes up to two minutes: run with --ignored"]
    fn watch_shows_the_window_until_a_key_hands_in_a_judgement() {
        let toy = workshop("keyed");
        let mut terminal = Terminal::run(&toy.command(&["watch"]), (80, 40));
        terminal.sees(&[
            "0 of 2 done, 0 judged",
            "NOT JUDGED: 1 of 1 behaviours pass",
            "8.00 B of live memory more per operation",
            "press v",
            "Waiting",
        ]);
        terminal.types("w");
        terminal.sees(&["It would tell whether the exercise leaks."]);
        terminal.types("n");
        terminal.sees(&["keyed-full: The toy", "NOT JUDGED: 1 of 1 behaviours pass", "Waiting"]);
        assert!(!terminal.written().contains("FIXED"), "{}", terminal.written());
        terminal.types("v");
        terminal.sees(&["Is the exercise, as it was shipped, a leak?"]);
        terminal.types("n");
        terminal.sees(&["Why not?"]);
        terminal.types("full at 700\r");
        terminal.sees(&[
            "1 of 2 done, 1 judged",
            "RIGHT: you said no leak",
            "because: full at 700",
        ]);
        terminal.until(&["the trials"], |screen| screen.contains("Waiting"));
        terminal.types("\r");
        terminal.sees(&["JUDGED, no leak: 3 of 3 trials pass", "Next exercise: keyed-gone"]);
        terminal.types("n");
        terminal.sees(&["keyed-gone: The toy", "NOT JUDGED", "Waiting"]);
        terminal.types("vn\r");
        terminal.sees(&[
            "WRONG: you said no leak",
            "The exercise leaks",
            "Growth that is fine comes to an end",
        ]);
        terminal.types("\r");
        terminal.sees(&["LEAKING: 2 of 3 trials pass", "1 of 2 done, 2 judged", "Waiting"]);
        terminal.types("q");
        assert!(terminal.ends().success());
    }
}
