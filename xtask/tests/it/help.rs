//! The runner's help and completions.

use std::process::Command;
use std::sync::OnceLock;

use crate::support::repository;
use crate::support::toy::{STEADY, Toy};

fn workshop() -> &'static Toy {
    static WORKSHOP: OnceLock<Toy> = OnceLock::new();
    WORKSHOP.get_or_init(|| Toy::new("help-workshop").with(1, "toy-leak", STEADY))
}

#[test]
fn every_command_explains_itself_with_an_example() {
    let help = workshop().run(&["--help"]).ends_with(0).out;
    let (_, commands) = help.split_once("Commands:\n").unwrap();
    let commands: Vec<&str> = commands
        .lines()
        .take_while(|line| !line.is_empty())
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .collect();
    for expected in ["diff", "hint", "list", "predict", "reset", "run", "test", "verify", "watch"] {
        assert!(commands.contains(&expected), "{expected} is not in\n{help}");
    }
    for command in commands {
        let help = workshop().run(&[command, "--help"]).ends_with(0).out;
        assert!(help.contains("Example"), "{command} has no example:\n{help}");
        assert!(help.contains(&format!("cargo xtask {command}")), "{help}");
    }
}

#[test]
fn bash_completes_commands_flags_and_exercises() {
    let script = workshop().run(&["completions", "bash"]).ends_with(0).out;
    // As bash calls it: the words so far, the word at the cursor, the word before it.
    let completed = |words: &[&str]| {
        let test = format!(
            "{script}\nCOMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); COMPREPLY=()\n\
             _cargo_with_xtask cargo \"${{@: -1}}\" \"${{@: -2:1}}\"; echo \"${{COMPREPLY[*]}}\""
        );
        let output = Command::new("bash").args(["-c", &test, "bash"]).args(words).output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    assert_eq!(completed(&["cargo", "xtask", "wa"]), "watch");
    assert_eq!(completed(&["cargo", "xtask", "hint", "toy-l"]), "toy-leak");
    assert_eq!(completed(&["cargo", "xtask", "diff", "--against", ""]), "shipped solution");
    // Other cargo commands are not completed here.
    assert_eq!(completed(&["cargo", "bu"]), "");
}

#[test]
fn without_a_terminal_watch_names_the_alternative() {
    let ran = workshop().run(&["watch", "toy-leak"]).ends_with(2);
    ran.warns(&["watch needs a terminal", "cargo xtask test toy-leak"]);
    workshop().run(&["watch", "toy-lea"]).ends_with(2).warns(&["Did you mean toy-leak?"]);
}

#[test]
fn the_editor_has_its_own_target_folder() {
    let text = std::fs::read_to_string(repository().join(".vscode/settings.json")).unwrap();
    let settings: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(settings["rust-analyzer.cargo.targetDir"], true);
}
