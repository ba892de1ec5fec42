//! A learner's other commands: hints, differences, predictions. Their output is the same in a terminal,
//! in a pipe, without colours and in 60 columns.

use std::io::Write as _;
use std::process::Stdio;
use std::sync::OnceLock;

use crate::support::flat;
use crate::support::terminal::Terminal;
use crate::support::toy::{BROKEN, GROWING, STEADY, Toy};

const README: &str = "# Toy\n\n## Scenario\n\nText.\n\n### Bug report\n\n> It grows in toy-leak.\n> See \
    `src/lib.rs`.\n>\n> It was killed after a day and a half, in the middle of the night, with \
    nobody near.\n\n### Memory profile\n\nMany blocks.\n\n## Hints\n\n<details><summary>Hint \
    1</summary>\n\nLook at\n`keep`.\n\n</details>\n\n<details><summary>Hint 2</summary>\n\nWho \
    drops it?\n\n</details>\n\n<details><summary>Hint 3</summary>\n\nNobody does.\n\n</details>\n";

/// A workshop of a leaking exercise with hints, and one that does not build.
fn workshop() -> &'static Toy {
    static WORKSHOP: OnceLock<Toy> = OnceLock::new();
    WORKSHOP.get_or_init(|| {
        let toy = Toy::new("learner-workshop")
            .with(1, "toy-leak", GROWING)
            .with(2, "toy-unbuilt", BROKEN)
            .with(3, "toy-done", STEADY)
            .with(4, "toy-edited", STEADY);
        toy.write("exercises/toy-leak/README.md", README);
        toy.write(
            "solutions/toy-leak/README.md",
            "# Toy: solution\n\n## The fix\n\n- `keep` gives the block back.\n",
        );
        let library = toy.read("exercises/toy-leak/src/lib.rs");
        toy.write(
            "solutions/toy-leak/src/lib.rs",
            &library.replace("Box::leak(Box::new(number));", "drop(Box::new(number));"),
        );
        let _ = std::fs::remove_dir_all(toy.path(".leak-lab"));
        toy.shipped()
    })
}

/// The result of running `arguments` with `input` piped in.
fn piped(arguments: &[&str], input: &str) -> (Option<i32>, String) {
    let mut command = workshop().command(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

/// Everything that `arguments` write to a terminal with this many columns, and with `variables`.
fn in_terminal(arguments: &[&str], columns: u16, variables: &[(&str, &str)]) -> String {
    let mut command = workshop().command(arguments);
    command.envs(variables.iter().copied());
    let mut terminal = Terminal::run(&command, (columns, 200));
    terminal.ends();
    terminal.written()
}

fn without_colours(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

/// The words of `text`, without line breaks and colours.
fn words(text: &str) -> String {
    flat(&without_colours(text))
}

#[test]
fn hints_are_shown_one_by_one_and_remembered() {
    // Its own workshop, since it changes the number of shown hints.
    let toy = Toy::new("learner-hints").with(1, "toy-leak", GROWING).with(2, "toy-done", STEADY);
    toy.write("exercises/toy-leak/README.md", README);
    let hint = |more: &[&str]| toy.run(&[&["hint", "toy-leak"], more].concat());
    hint(&["--start-over"]).ends_with(0).says(&["hint 1 of 3", "Look at `keep`.", "Next hint:"]);
    let second = hint(&[]).ends_with(0).says(&["hint 2 of 3", "Who drops it?"]);
    assert!(!second.out.contains("Look at"), "{}", second.out);
    hint(&["--level", "1"]).ends_with(0).says(&["hint 1 of 3", "Look at"]);
    hint(&[]).ends_with(0).says(&["hint 3 of 3", "Nobody does.", "the last one"]);
    hint(&[]).ends_with(0).says(&["hint 3 of 3", "no more hints", "--start-over"]);
    hint(&["--start-over"]).ends_with(0).says(&["hint 1 of 3"]);
    hint(&["--level", "4"]).ends_with(2).warns(&["no hint 4: toy-leak has the hints 1 to 3"]);
    hint(&["--level", "0"]).ends_with(2).warns(&["no hint 0"]);
    toy.run(&["hint", "toy-done"]).ends_with(2).warns(&["exercises/toy-done/README.md"]);
}

#[test]
fn a_hint_is_shown_even_if_it_cannot_be_counted() {
    let toy = Toy::new("learner-uncounted").with(1, "toy-leak", GROWING);
    toy.write("exercises/toy-leak/README.md", README);
    let _ = std::fs::remove_dir_all(toy.path(".leak-lab"));
    // A file in place of the folder, because root may write to read-only folders.
    toy.write(".leak-lab/hints", "");
    for _ in 0..2 {
        let ran = toy.run(&["hint", "toy-leak"]).ends_with(0);
        let text = flat(&ran.out);
        assert!(text.contains("hint 1 of 3") && text.contains("cannot be recorded here"), "{text}");
        assert!(text.contains("cargo xtask hint toy-leak --level 2"), "{text}");
    }
}

#[test]
fn the_solution_is_not_revealed_without_a_question() {
    let toy = workshop();
    let refused = toy.run(&["diff", "toy-leak"]).ends_with(2);
    assert_eq!(refused.out, "");
    refused.warns(&["not fixed yet", "--yes", "--against shipped", "cargo xtask hint toy-leak"]);
    toy.run(&["diff", "toy-leak", "--yes"]).ends_with(0).says(&[
        "from yours (-) to the solution (+)",
        "Yours is as shipped.",
        "exercises/toy-leak/src/lib.rs",
        "Why: `keep` gives the block back.",
        "5 -     Box::leak(Box::new(number));",
        "5 +     drop(Box::new(number));",
    ]);
    // In a terminal, it asks.
    let mut terminal = Terminal::run(&toy.command(&["diff", "toy-leak"]), (80, 40));
    terminal.sees(&["Show it? [y/N]"]);
    terminal.types("n\r");
    assert_eq!(terminal.ends().exit_code(), 2);
    assert!(!terminal.written().contains("drop(Box"), "{}", terminal.written());
    // Once it is fixed, nothing is revealed.
    toy.run(&["test", "toy-done"]).ends_with(0);
    toy.run(&["diff", "toy-done"]).ends_with(0).says(&["Yours is the solution"]);
}

#[test]
fn both_versions_are_side_by_side_in_a_wide_terminal() {
    let arguments = ["diff", "toy-leak", "--yes"];
    let wide = without_colours(&in_terminal(&arguments, 130, &[]));
    let row = wide.lines().find(|line| line.contains("Box::leak")).unwrap();
    assert!(row.contains('│') && row.contains("drop(Box::new(number))"), "{row}");
    let narrow = without_colours(&in_terminal(&arguments, 100, &[]));
    assert!(!narrow.contains('│'), "{narrow}");
    // Changed words are marked.
    let coloured = in_terminal(&arguments, 100, &[]);
    assert!(coloured.contains("\x1b[4m") || coloured.contains(";4m"), "{coloured:?}");
}

#[test]
fn a_prediction_is_compared_with_the_measurement() {
    let (code, out) = piped(&["predict", "toy-leak"], "blocks, bytes\n1\nno\nthe box\n");
    assert_eq!(code, Some(0), "{out}");
    let text = words(&out);
    for part in [
        "What grows without end you said: live blocks, live bytes measured: live blocks, live bytes as predicted",
        "you said: about 1.00 live blocks measured: 1.00 live blocks as predicted",
        "you said: no measured: no: each reading is taken after the traffic of its round has stopped",
        "you said: the box measured: held by nothing that was found",
        "(it is allocated in toy_leak_exercise::keep at exercises/toy-leak/src/lib.rs:5)",
        "Next: cargo xtask test toy-leak",
    ] {
        assert!(text.contains(part), "{part:?} is not in\n{out}");
    }
    // Invalid answers are asked for again; wrong predictions are called wrong.
    let (code, out) = piped(&["predict", "toy-leak"], "memory\nfiles\n\nyes\n\n");
    assert_eq!(code, Some(0), "{out}");
    let text = words(&out);
    assert!(
        text.contains("you said: open files measured: live blocks, live bytes not as predicted"),
        "{out}"
    );
    assert!(text.contains("you said: yes measured: no"), "{out}");
    let (code, out) = piped(&["predict", "toy-unbuilt"], "");
    assert_eq!(code, Some(2), "{out}");
}

#[test]
fn a_mystery_is_named_only_after_the_answers() {
    let leak = (0..50).map(|seed| seed.to_string()).find_map(|seed| {
        let (_, out) = piped(&["predict", "--mystery", "--seed", &seed], "");
        out.contains("killed after a day").then_some((seed, out))
    });
    let (seed, out) = leak.expect("no seed of fifty picks it");
    let (before, after) = out.split_once("It is toy-leak").unwrap();
    assert!(before.contains("The service \"toy\"") && before.contains("Many blocks."), "{before}");
    for withheld in ["toy-leak", "src/", "The toy"] {
        assert!(!before.contains(withheld), "{withheld:?} is in\n{before}");
    }
    assert!(after.contains("exercises/toy-leak/src/lib.rs:5"), "{after}");
    // The last question is for the pattern.
    let (_, out) = piped(&["predict", "--mystery", "--seed", &seed], "\n\n\n\na pattern\n");
    assert!(
        words(&out).contains("Which pattern it is you said: a pattern measured: toy-leak"),
        "{out}"
    );
}

#[test]
fn an_assistant_gets_the_figures_the_lines_with_their_code_and_the_contract() {
    let ran = workshop().run(&["run", "toy-leak", "--for-assistant"]).ends_with(0).says(&[
        "# toy-leak: The toy toy-leak\n",
        "## Bug report\n\nIt grows in toy-leak.",
        "| verdict | Growing | Steady |",
        "The exercise leaks: each operation leaves 1.00 live blocks",
        "`toy_leak_exercise::keep`, `exercises/toy-leak/src/lib.rs:5`: 1.00 blocks and 8.00 B",
        "    Box::leak(Box::new(number));  // <- here\n",
        "## Who holds it",
    ]);
    assert!(ran.out.len() < 8_000, "{} bytes are too many to paste", ran.out.len());
    workshop().run(&["run", "--for-assistant"]).ends_with(2);
    // It is about both versions in the tree.
    let only = ["run", "toy-leak", "--for-assistant", "--version", "solution"];
    workshop().run(&only).ends_with(2).warns(&["cannot be used with '--version"]);
}

#[test]
fn an_assistant_gets_the_compilers_message_of_a_version_that_does_not_build() {
    let message = ["## Measured", "it does not build:\n\n```text\nerror[E0308]", "\n```\n"];
    let toy = Toy::new("learner-unbuilt").with(1, "learner-unbuilt", BROKEN);
    let arguments = ["run", "learner-unbuilt", "--for-assistant"];
    toy.run(&arguments).ends_with(2).says(&message);
    let out = toy.unjudged().run(&arguments).ends_with(2).says(&message).out;
    assert!(!out.contains("0 rounds"), "{out}");
}

#[test]
fn the_status_follows_from_the_content_and_its_last_result() {
    // Its own, because other tests print the state of the shared one.
    let toy = Toy::new("learner-status").with(1, "status-unbuilt", BROKEN).with(
        2,
        "status-edited",
        STEADY,
    );
    let toy = toy.shipped();
    let state = |name: &str| {
        let listed = toy.run(&["list"]).ends_with(0).out;
        let line = listed.lines().find(|line| line.contains(name)).unwrap().to_owned();
        line.split_once(" min ").unwrap().1.trim().to_owned()
    };
    toy.run(&["test", "status-unbuilt"]).ends_with(2);
    assert_eq!(state("status-unbuilt"), "as shipped  broken");
    toy.run(&["test", "status-edited"]).ends_with(0);
    assert_eq!(state("status-edited"), "as shipped  fixed");
    // The same content has the same state again; another content has none.
    let file = "exercises/status-edited/src/lib.rs";
    let shipped = toy.read(file);
    toy.write(file, &format!("{shipped}// More.\n"));
    assert_eq!(state("status-edited"), "edited      not run");
    toy.write(file, &shipped);
    assert_eq!(state("status-edited"), "as shipped  fixed");
}

/// Commands that print something quickly.
const COMMANDS: [&[&str]; 5] = [
    &["list"],
    &["hint", "toy-leak", "--level", "2"],
    &["diff", "toy-leak", "--yes"],
    &["run", "toy-leak"],
    &["run", "toy-leak", "toy-done", "--version", "exercise"],
];

#[test]
fn piped_output_is_the_same_as_in_a_terminal() {
    for arguments in COMMANDS {
        // The next step depends on the last results, so there has to be one.
        workshop().run(arguments);
        let piped = workshop().run(arguments).out;
        assert!(!piped.contains('\x1b'), "{piped:?}");
        let shown = in_terminal(arguments, 80, &[]);
        // The terminal shows the progress too.
        let shown = words(&shown);
        for line in piped.lines().map(words) {
            // Some figures differ between runs.
            let is_figure =
                line.contains("allocations") || line.contains("MB") || line.contains("open files");
            assert!(is_figure || shown.contains(&line), "{line:?} is not in\n{shown}");
        }
    }
}

#[test]
fn colours_are_only_for_terminals_and_can_be_turned_off() {
    for arguments in
        [&["list"][..], &["diff", "toy-leak", "--yes"], &["hint", "toy-leak", "--level", "1"]]
    {
        let style = |text: &str| {
            text.contains("\x1b[3") || text.contains("\x1b[1") || text.contains("\x1b[2m")
        };
        assert!(style(&in_terminal(arguments, 80, &[])), "{arguments:?}");
        assert!(!style(&in_terminal(arguments, 80, &[("NO_COLOR", "1")])), "{arguments:?}");
    }
}

#[test]
fn every_line_fits_sixty_columns() {
    for arguments in COMMANDS {
        let written = in_terminal(arguments, 60, &[("NO_COLOR", "1")]);
        let plain = without_colours(&written);
        // A progress line ends with a carriage return.
        let lines =
            plain.lines().map(|line| line.rsplit('\r').find(|part| !part.is_empty()).unwrap_or(""));
        for line in lines.filter(|line| !line.starts_with(['⠋', '⠙', '⠹', '⠁', '⠉', '⠈']))
        {
            assert!(line.trim_end().chars().count() <= 60, "{arguments:?}: {line:?}");
        }
    }
}
