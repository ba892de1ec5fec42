//! A verdict that depends on an edited memory test or manifest says so.

use crate::support::flat;
use crate::support::terminal::Terminal;
use crate::support::toy::{GROWING, STEADY, Toy};

const SENTENCE: &str =
    "differs from the shipped version, so the shipped test may have another result";

/// A fresh workshop named after `name`, with the exercise `<name>-toy`.
fn workshop(name: &str) -> Toy {
    let folder = format!("reservation-{name}");
    let _ = std::fs::remove_dir_all(Toy::new(&folder).path(".leak-lab"));
    let toy = Toy::new(&folder).with(1, &format!("{name}-toy"), GROWING).shipped();
    toy.run(&["list"]).ends_with(0);
    toy
}

#[test]
fn an_edited_memory_test_is_reported_with_every_verdict() {
    let toy = workshop("tested");
    let place = "exercises/tested-toy/tests/memory.rs";
    let expected = format!("With a reservation: {place} {SENTENCE}");
    let is_shown = |arguments: &[&str], code| {
        let ran = toy.run(arguments).ends_with(code);
        flat(&ran.out).contains(&expected)
    };
    assert!(!is_shown(&["test", "tested-toy"], 1));
    assert!(!is_shown(&["run", "tested-toy"], 0));
    let text = toy.read(place);
    toy.write(place, &text.replace(GROWING, STEADY));
    assert!(is_shown(&["test", "tested-toy"], 0));
    assert!(is_shown(&["run", "tested-toy"], 0));
    assert!(is_shown(&["run"], 0));
    assert!(!is_shown(&["run", "tested-toy", "--version", "solution"], 0));
    let mut terminal = Terminal::run(&toy.command(&["watch", "tested-toy"]), (80, 40));
    terminal.until(&["a verdict with a reservation"], |screen| {
        let screen = flat(screen);
        screen.contains("FIXED: 3 of 3") && screen.contains(&expected)
    });
    terminal.types("q");
    terminal.ends();
}

#[test]
fn edited_lints_are_reported_and_other_dependencies_are_not() {
    let toy = workshop("linted");
    let place = "exercises/linted-toy/Cargo.toml";
    let text = toy.read(place);
    let tested = |text: &str| {
        toy.write(place, text);
        flat(&toy.run(&["test", "linted-toy"]).ends_with(1).out)
    };
    let with_lints = tested(&format!("{text}[lints.rust]\nunsafe_code = \"allow\"\n"));
    let expected = format!("With a reservation: [lints] in {place} {SENTENCE}");
    assert!(with_lints.contains(&expected), "{with_lints}");
    let more = "[dependencies]\nlibc = \"0.2\"\n[dev-dependencies]";
    let with_dependency = tested(&text.replace("[dev-dependencies]", more));
    assert!(!with_dependency.contains("reservation"), "{with_dependency}");
}
