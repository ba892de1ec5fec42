//! `watch` with toy exercises: its keys, a small terminal, polling, edits that hang or do not build, and
//! its end.

use std::time::{Duration, Instant};

use crate::support::terminal::Terminal;
use crate::support::toy::{GROWING, STEADY, Toy};
use crate::support::traces::is_running;

const FIXED: &str =
    "//! Toy.\n\n/// Keeps nothing.\npub fn keep(number: u64) {\n    drop(number);\n}\n";
const HANGING: &str = "//! Toy.\n\n/// Hangs.\npub fn keep(_: u64) {\n    let \
    process = concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/.process\");\n    \
    std::fs::write(process, std::process::id().to_string()).unwrap();\n    loop {\n        \
    std::thread::sleep(std::time::Duration::from_secs(1));\n    }\n}\n";

/// The runner in a terminal of this size, in `toy`.
fn watch(toy: &Toy, arguments: &[&str], size: (u16, u16)) -> Terminal {
    Terminal::run(&toy.command(arguments), size)
}

/// A fresh workshop with two leaking exercises and a steady one, named after `name`.
fn workshop(name: &str) -> Toy {
    let folder = format!("watch-{name}");
    let _ = std::fs::remove_dir_all(Toy::new(&folder).path(".leak-lab"));
    Toy::new(&folder)
        .with(1, &format!("{name}-a"), GROWING)
        .with(2, &format!("{name}-b"), GROWING)
        .with(3, &format!("{name}-c"), STEADY)
        .shipped()
}

#[test]
fn the_next_save_cancels_an_edit_that_hangs() {
    let toy = workshop("edits");
    let file = "exercises/edits-a/src/lib.rs";
    let mut terminal = watch(&toy, &["watch", "edits-a"], (80, 40));
    terminal.sees(&["LEAKING: 2 of 3", "Waiting"]);
    toy.write(file, "pub fn keep(number: u64) {\n    number.missing()\n}\n");
    terminal.sees(&["BROKEN: it does not build", "error[E0599]", "Waiting"]);
    toy.write(file, HANGING);
    let process_file = toy.path("exercises/edits-a/.process");
    let _ = std::fs::remove_file(&process_file);
    terminal.until(&["a trial that hangs"], |_| process_file.exists());
    let began = Instant::now();
    toy.write(file, FIXED);
    terminal.sees(&["FIXED: 3 of 3", "Waiting"]);
    // It did not wait for the timeout of the hanging trial.
    assert!(began.elapsed() < Duration::from_secs(50), "{:?}", began.elapsed());
    terminal.types("q");
    assert!(terminal.ends().success());
}

#[test]
fn ctrl_c_ends_every_process_and_restores_the_terminal() {
    let toy = workshop("ctrlc");
    toy.write("exercises/ctrlc-a/src/lib.rs", HANGING);
    let mut terminal = watch(&toy, &["watch", "ctrlc-a"], (80, 40));
    let process_file = toy.path("exercises/ctrlc-a/.process");
    let _ = std::fs::remove_file(&process_file);
    // The file is created a moment before it is written.
    let number = || std::fs::read_to_string(&process_file).ok().filter(|text| !text.is_empty());
    terminal.until(&["a trial that hangs"], |_| number().is_some());
    let process = number().unwrap();
    assert!(is_running(&process), "nothing runs that could be ended");
    terminal.types("\x03");
    assert_eq!(terminal.ends().exit_code(), 130);
    let written = terminal.written();
    assert!(written.contains("\x1b[?1049l") && written.contains("\x1b[?25h"), "{written:?}");
    assert!(!is_running(&process), "a trial is left behind");
}

/// What takes up to two minutes.
mod slow {
    use super::*;

    #[test]
    #[ignore = "takes up to two minutes: run with --ignored"]
    fn each_key_has_its_action_and_nothing_happens_without_one() {
        let toy = workshop("keys");
        let mut terminal = watch(&toy, &["watch"], (80, 40));
        terminal.sees(&[
            "keys-a: The toy keys-a",
            "LEAKING: 2 of 3",
            "Failing: memory::growth",
            "0 of 3 done, 3 judged",
            "Waiting",
        ]);
        terminal.types("l");
        terminal.sees(&["all exercises", " 3 keys-c", "as shipped  not run"]);
        terminal.types("a");
        terminal.sees(&[
            "1 of 3 done, 3 judged",
            " 2 keys-b",
            "as shipped  leaking",
            "as shipped  fixed",
            "Waiting",
        ]);
        terminal.types("\r");
        terminal.sees(&["LEAKING: 2 of 3"]);
        // A fix does not go to the next exercise; a key does.
        toy.write("exercises/keys-a/src/lib.rs", FIXED);
        terminal.sees(&[
            "keys-a: The toy",
            "FIXED: 3 of 3 trials pass (",
            " s after the save)",
            "2 of 3 done, 3 judged",
            "edited",
            "Next exercise: keys-b, press n",
        ]);
        terminal.types("n");
        terminal.sees(&["keys-b: The toy keys-b", "LEAKING: 2 of 3"]);
        toy.write("exercises/keys-b/src/lib.rs", FIXED);
        terminal.sees(&["FIXED: 3 of 3", "3 of 3 done, 3 judged"]);
        terminal.types("n");
        terminal.sees(&["No other exercise is left."]);
        // Back, and to any other by number or name.
        terminal.types("b");
        terminal.sees(&["keys-a: The toy keys-a", "FIXED: 3 of 3", "No exercise is left."]);
        terminal.types("g7\r");
        terminal.sees(&["Its name, or its number in the list", "There is no exercise \"7\"."]);
        terminal.types("3\r");
        terminal.sees(&["keys-c: The toy keys-c", "FIXED: 3 of 3"]);
        terminal.types("gkeys-b\r");
        terminal.sees(&["keys-b: The toy keys-b", "FIXED: 3 of 3"]);
        terminal.types("q");
        assert!(terminal.ends().success());
        assert!(terminal.screen().contains("keys-b: edited, fixed."), "{}", terminal.screen());
    }

    #[test]
    #[ignore = "takes up to two minutes: run with --ignored"]
    fn other_versions_are_measured_on_request() {
        let _place = Toy::builds_shipped_versions();
        let toy = workshop("beside");
        // The first command saves the shipped version.
        toy.run(&["list"]).ends_with(0);
        toy.write("exercises/beside-a/src/lib.rs", FIXED);
        let arguments = ["watch", "beside-a", "--version", "shipped", "--version", "solution"];
        let mut terminal = watch(&toy, &arguments, (80, 40));
        terminal.sees(&[
            "FIXED: 3 of 3",
            "shipped exercise: 1.00 live blocks",
            "solution: 0 live blocks",
        ]);
        terminal.types("q");
        assert!(terminal.ends().success());
    }

    #[test]
    #[ignore = "takes up to two minutes: run with --ignored"]
    fn a_small_terminal_can_be_scrolled() {
        let toy = workshop("small");
        let mut terminal = watch(&toy, &["watch", "--poll"], (60, 12));
        let screen =
            terminal.sees(&["LEAKING: 2 of 3", "more lines; down: j", "q quit", "(polling)"]);
        assert!(screen.lines().count() <= 12, "{screen}");
        terminal.types("jjjj");
        terminal.until(&["scrolled"], |screen| !screen.contains("LEAKING"));
        terminal.types("jjjjjjjjjjjjjjjjjj");
        terminal.sees(&["(the end; up: k)"]);
        // Polling notices saves.
        toy.write("exercises/small-a/src/lib.rs", FIXED);
        terminal.sees(&["FIXED: 3 of 3"]);
        terminal.types("q");
        assert!(terminal.ends().success());
    }
}
