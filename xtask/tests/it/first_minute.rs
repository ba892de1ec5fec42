//! `cargo xtask` itself: the launcher, which builds the runner and starts it.

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::support::terminal::Terminal;
use crate::support::{Ran, copy_all, repository};

/// A runner that prints its arguments and its folder, and fails.
const RUNNER: &str = "fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    println!(\"ran {arguments:?} in {}\", std::env::current_dir().unwrap().display());
    std::process::exit(7)
}
";

/// A workshop with this launcher, a tiny runner, and one exercise.
struct Workshop(TempDir);

impl Workshop {
    fn new() -> Self {
        let workshop = Self(tempfile::tempdir().unwrap());
        let copied =
            [".cargo/config.toml", "exercises/.cargo/config.toml", "xtask/launcher/Cargo.toml"];
        for file in
            copied.into_iter().chain(["xtask/launcher/Cargo.lock", "xtask/launcher/main.rs"])
        {
            copy_all(&repository().join(file), &workshop.path(file));
        }
        workshop.write(
            "Cargo.toml",
            "[workspace]\nresolver = \"3\"\nmembers = [\"exercises/*\", \"xtask\"]\n\
             exclude = [\"exercises/.cargo\"]\n",
        );
        for (folder, name) in [("xtask", "xtask"), ("exercises/toy", "toy-exercise")] {
            workshop.write(
                &format!("{folder}/Cargo.toml"),
                &format!("[package]\nname = \"{name}\"\nedition = \"2024\"\n"),
            );
            workshop.write(&format!("{folder}/src/main.rs"), RUNNER);
        }
        let mut lock = workshop.cargo("", &["generate-lockfile", "--offline"]);
        Ran::run(&mut lock).ends_with(0);
        workshop
    }

    fn path(&self, place: &str) -> std::path::PathBuf {
        self.0.path().join(place)
    }

    fn write(&self, place: &str, text: &str) {
        fs::create_dir_all(self.path(place).parent().unwrap()).unwrap();
        fs::write(self.path(place), text).unwrap();
    }

    /// Cargo, about to run `arguments` in `folder`.
    fn cargo(&self, folder: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO"));
        command.args(arguments).current_dir(self.path(folder)).env_remove("CARGO_TARGET_DIR");
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("CARGO_TERM")) {
            command.env_remove(name);
        }
        command
    }

    fn xtask(&self, folder: &str) -> Ran {
        Ran::run(&mut self.cargo(folder, &["xtask", "run", "a b"])).ends_with(7)
    }
}

fn ran_in(folder: &Path) -> String {
    let folder = folder.canonicalize().unwrap();
    format!("ran [\"run\", \"a b\"] in {}\n", folder.display())
}

#[test]
fn the_first_build_is_announced_and_later_runs_are_quiet() {
    let workshop = Workshop::new();
    let here = ran_in(workshop.0.path());
    let first = workshop.xtask("").warns(&[
        "Building the workshop's runner first",
        "only the first time. Next: cargo xtask run a b\n",
        "Compiling xtask",
    ]);
    assert!(!first.err.contains("Finished"), "{}", first.err);
    assert_eq!(first.out, here);
    let second = workshop.xtask("");
    assert_eq!((second.out, second.err), (here, String::new()));
    // The folders of the workshop have the same alias.
    let below = workshop.xtask("exercises/toy/src");
    assert_eq!(below.out, ran_in(&workshop.path("exercises/toy/src")));
    assert_eq!(below.err, "");
    workshop.write("xtask/src/main.rs", &RUNNER.replace("ran", "again ran"));
    workshop.xtask("").says(&["again ran"]).warns(&["because it has changed", "Compiling xtask"]);
}

#[test]
fn a_terminal_shows_how_far_the_build_is() {
    let workshop = Workshop::new();
    let mut terminal = Terminal::run(&workshop.cargo("", &["xtask", "run"]), (80, 30));
    assert_eq!(terminal.ends().exit_code(), 7);
    let written = terminal.written();
    assert!(written.contains("Building the workshop's runner first"), "{written}");
    assert!(written.contains("Compiling"), "{written}");
    let screen = terminal.screen();
    assert!(screen.contains("ran [\"run\"]") && !screen.contains("Finished"), "{screen}");
}

#[test]
fn a_workspace_that_does_not_load_is_left_to_the_last_runner() {
    let workshop = Workshop::new();
    let manifest = "exercises/toy/Cargo.toml";
    let valid = fs::read_to_string(workshop.path(manifest)).unwrap();
    let lock = fs::read_to_string(workshop.path("Cargo.lock")).unwrap();
    // Without an earlier build, cargo's message names the file.
    workshop.write(manifest, "[package\n");
    Ran::run(&mut workshop.cargo("", &["xtask", "list"])).ends_with(2).warns(&[
        "exercises/toy/Cargo.toml",
        "The runner is not built yet",
        "git checkout -- exercises",
    ]);
    workshop.write(manifest, &valid);
    workshop.xtask("");
    workshop.write(manifest, "[package\n");
    let ran = workshop.xtask("").warns(&[
        "cargo cannot load the workshop, so the runner from the last build is used:",
        "error",
        "exercises/toy/Cargo.toml",
    ]);
    assert_eq!(ran.out, ran_in(workshop.0.path()));
    // A folder that is gone does not matter to cargo.
    fs::remove_dir_all(workshop.path("exercises/toy")).unwrap();
    assert_eq!(workshop.xtask("").err, "");
    assert_eq!(fs::read_to_string(workshop.path("Cargo.lock")).unwrap(), lock);
}

#[test]
fn a_runner_that_does_not_compile_is_not_replaced_by_the_last_one() {
    let workshop = Workshop::new();
    workshop.xtask("");
    workshop.write("xtask/src/main.rs", "fn main() { missing() }");
    let ran = Ran::run(&mut workshop.cargo("", &["xtask", "run"])).ends_with(2);
    assert_eq!(ran.out, "");
    ran.warns(&["error[E0425]"]);
}
