//! The shipped version can always be restored: without git, in a shallow clone, after commits, on a full
//! disk.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::support::toy::{GROWING, STEADY, Toy};
use tempfile::TempDir;

/// The library of a toy after its learner has fixed it.
const FIXED: &str =
    "//! Toy.\n\n/// Keeps nothing.\npub fn keep(number: u64) {\n    drop(number);\n}\n";

/// A workshop in a folder outside of any repository, with the exercise `name`.
fn workshop(name: &str) -> (TempDir, Toy) {
    let folder = tempfile::tempdir().unwrap();
    let toy = Toy::new(folder.path().to_str().unwrap()).with(1, name, GROWING).shipped();
    (folder, toy)
}

fn library(name: &str) -> String {
    format!("exercises/{name}/src/lib.rs")
}

fn git(folder: &Path, arguments: &[&str]) {
    let output = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(["-c", "user.name=a", "-c", "user.email=a@example.org"])
        .args(["-c", "protocol.file.allow=always"])
        .args(arguments)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Runs `arguments` after the shell commands `limits`.
fn limited(toy: &Toy, limits: &str, arguments: &[&str]) -> Output {
    let runner = toy.command(arguments);
    let mut shell = Command::new("bash");
    shell.arg("-c").arg(format!("{limits}; exec \"$0\" \"$@\"")).arg(runner.get_program());
    shell.args(runner.get_args()).current_dir(toy.path("")).output().unwrap()
}

#[test]
fn without_git_it_is_restored_from_the_copy_saved_by_the_first_command() {
    let (_folder, toy) = workshop("toy-no-git");
    let (file, shipped) = (library("toy-no-git"), toy.read(&library("toy-no-git")));
    toy.run(&["list"]).ends_with(0).says(&["as shipped"]);
    toy.write(&file, FIXED);
    toy.write("exercises/toy-no-git/src/more.rs", "//! More.\n");
    toy.run(&["list"]).ends_with(0).says(&["edited"]);
    toy.run(&["diff", "toy-no-git", "--against", "shipped"]).ends_with(0).says(&[
        &file,
        "- ",
        "Box::leak",
        "+ ",
        "drop(number);",
        "src/more.rs",
    ]);
    let reset = toy.run(&["reset", "toy-no-git"]).ends_with(0).says(&[
        "is as it was shipped",
        ".leak-lab/kept/",
        "reset toy-no-git --undo",
    ]);
    assert_eq!(toy.read(&file), shipped);
    assert!(!toy.path("exercises/toy-no-git/src/more.rs").exists());
    // The printed folder contains the version.
    let kept = reset.out.lines().find_map(|line| line.trim().strip_prefix(".leak-lab/kept/"));
    let kept = format!(".leak-lab/kept/{}", kept.unwrap());
    assert_eq!(toy.read(&format!("{kept}/src/lib.rs")), FIXED);
    toy.run(&["list"]).says(&["as shipped"]);
    toy.run(&["reset", "toy-no-git"]).ends_with(0).says(&["already"]);

    toy.run(&["reset", "--undo"]).ends_with(0).says(&["is your version again", &kept]);
    assert_eq!(toy.read(&file), FIXED);
    assert_eq!(toy.read("exercises/toy-no-git/src/more.rs"), "//! More.\n");
    toy.run(&["reset", "--undo"])
        .ends_with(2)
        .warns(&["no other version of toy-no-git to restore"]);
}

#[test]
fn an_undo_saves_edits_made_after_the_reset() {
    let (_folder, toy) = workshop("toy-twice");
    let file = library("toy-twice");
    toy.run(&["list"]).ends_with(0);
    toy.write(&file, FIXED);
    toy.run(&["reset", "--all"]).ends_with(0);
    let second = FIXED.replace("nothing", "nothing at all");
    toy.write(&file, &second);
    toy.run(&["reset", "toy-twice", "--undo"])
        .ends_with(0)
        .says(&["is your version again", "it replaced is saved"]);
    assert_eq!(toy.read(&file), FIXED);
    toy.run(&["reset", "toy-twice", "--undo"]).ends_with(0);
    assert_eq!(toy.read(&file), second);
}

#[test]
fn in_a_shallow_clone_it_is_restored_from_git_after_commits() {
    let (origin, toy) = workshop("toy-shallow");
    let (file, shipped) = (library("toy-shallow"), toy.read(&library("toy-shallow")));
    git(origin.path(), &["init", "-q"]);
    toy.write(".gitignore", "/.leak-lab\n/target\n");
    toy.write("older", "older");
    git(origin.path(), &["add", "."]);
    git(origin.path(), &["commit", "-qm", "older"]);
    toy.write("newer", "newer");
    git(origin.path(), &["add", "."]);
    git(origin.path(), &["commit", "-qm", "newer"]);
    let clones = tempfile::tempdir().unwrap();
    let from = format!("file://{}", origin.path().display());
    git(clones.path(), &["clone", "-q", "--depth", "1", &from, "clone"]);
    let clone = Toy::at(&clones.path().join("clone"));
    // Before the first command, so no copy is saved.
    clone.write(&file, FIXED);
    git(&clone.path(""), &["commit", "-qam", "mine"]);
    assert!(!clone.path(".leak-lab").exists());

    clone.run(&["list"]).ends_with(0).says(&["edited"]);
    clone
        .run(&["verify", "--form"])
        .ends_with(1)
        .says(&["Not as shipped: exercises toy-shallow. Solutions and crates are as committed."]);
    clone.run(&["reset", "toy-shallow"]).ends_with(0).says(&["as it was shipped"]);
    assert_eq!(clone.read(&file), shipped);
    clone.run(&["reset", "--undo"]).ends_with(0);
    assert_eq!(clone.read(&file), FIXED);
}

#[test]
fn a_shipped_version_that_is_not_available_is_reported_and_nothing_changes() {
    let (_folder, toy) = workshop("toy-nowhere");
    let file = library("toy-nowhere");
    // Edited before the first command, and without git.
    let _ = fs::remove_dir_all(toy.path(".leak-lab"));
    toy.write(&file, FIXED);
    let words = ["shipped version of exercises/toy-nowhere/src/lib.rs is not available", "archive"];
    toy.run(&["reset", "toy-nowhere"]).ends_with(2).warns(&words);
    assert_eq!(toy.read(&file), FIXED);
    // A copy with another content is not used.
    toy.write(".leak-lab/shipped/toy-nowhere/src/lib.rs", "//! Forged.\n");
    toy.run(&["reset", "toy-nowhere"]).ends_with(2).warns(&words);
    assert_eq!(toy.read(&file), FIXED);
}

#[test]
fn a_missing_lock_is_reported_with_the_command_that_writes_it() {
    let folder = tempfile::tempdir().unwrap();
    let toy = Toy::new(folder.path().to_str().unwrap()).with(1, "toy-unlocked", STEADY);
    toy.run(&["reset", "toy-unlocked"])
        .ends_with(2)
        .warns(&["crates/toy-unlocked/shipped.toml is missing", "author accept toy-unlocked"]);
    toy.run(&["list"]).ends_with(0).says(&["no lock"]);
}

#[test]
fn on_a_full_disk_the_exercise_stays_as_it_was() {
    let (_folder, toy) = workshop("toy-full");
    let file = library("toy-full");
    toy.run(&["list"]).ends_with(0);
    toy.write(&file, FIXED);
    // No file can be written.
    let refused = limited(&toy, "trap '' XFSZ; ulimit -f 0", &["reset", "toy-full"]);
    let words = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(2), "{words}");
    assert!(words.contains("cannot be saved") && words.contains("nothing was changed"), "{words}");
    assert_eq!(toy.read(&file), FIXED);
    assert_eq!(kept(&toy), Vec::<String>::new());
    toy.run(&["reset", "toy-full"]).ends_with(0);
}

#[test]
fn an_interrupted_reset_loses_nothing_and_the_next_one_completes_it() {
    let folder = tempfile::tempdir().unwrap();
    let toy = Toy::new(folder.path().to_str().unwrap()).with(1, "toy-cut", GROWING);
    // The shipped version is larger than the learner's.
    let long = format!("//! Long.\n{}", "// A line of many.\n".repeat(1000));
    toy.write("exercises/toy-cut/src/long.rs", &long);
    let toy = toy.shipped();
    let file = library("toy-cut");
    toy.run(&["list"]).ends_with(0);
    toy.write(&file, FIXED);
    toy.write("exercises/toy-cut/src/long.rs", "//! Short.\n");

    // Enough room for the learner's version, but not for the shipped one.
    let limit = "ulimit -f 8";
    let refused = limited(&toy, &format!("trap '' XFSZ; {limit}"), &["reset", "toy-cut"]);
    let words = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(2), "{words}");
    assert!(words.contains("was left as it was"), "{words}");
    // The same, but a signal ends it during the write.
    let cut = limited(&toy, limit, &["reset", "toy-cut"]);
    assert_eq!(cut.status.code(), None, "{}", String::from_utf8_lossy(&cut.stderr));

    assert_eq!(toy.read(&file), FIXED);
    assert_eq!(toy.read("exercises/toy-cut/src/long.rs"), "//! Short.\n");
    assert_eq!(kept(&toy).len(), 1);
    toy.run(&["reset", "toy-cut"]).ends_with(0);
    assert_eq!(toy.read("exercises/toy-cut/src/long.rs"), long);
    let sources = fs::read_dir(toy.path("exercises/toy-cut/src")).unwrap();
    let mut left: Vec<_> = sources.map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["lib.rs", "long.rs"]);
    assert_eq!(kept(&toy).len(), 1);
    toy.run(&["reset", "--undo"]).ends_with(0);
    assert_eq!(toy.read(&file), FIXED);
}

/// The backups.
fn kept(toy: &Toy) -> Vec<String> {
    let entries = fs::read_dir(toy.path(".leak-lab/kept")).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.filter(|name| !name.starts_with('.')).collect()
}

#[test]
fn the_shipped_version_of_an_edited_exercise_is_compared_too() {
    let _place = Toy::builds_shipped_versions();
    let (_folder, toy) = workshop("toy-three");
    let toy_in_three = ["run", "toy-three"];
    let before = toy.run(&toy_in_three).ends_with(0).says(&["exercise", "solution"]);
    assert!(!before.out.contains("shipped"), "{}", before.out);
    toy.run(&["list"]).says(&["as shipped  leaking"]);
    toy.write(&library("toy-three"), FIXED);
    toy.run(&["list"]).says(&["edited      not run"]);
    let ran = toy.run(&toy_in_three).ends_with(0);
    let row = ran.out.lines().find(|line| line.contains("verdict")).unwrap_or_default();
    let words: Vec<&str> = row.split_whitespace().collect();
    assert_eq!(words, ["verdict", "Growing", "Steady", "Steady"], "{}", ran.out);
    ran.says(&["shipped", "exercise", "solution", "The shipped exercise leaks"]);
    // Steady growth alone does not make it fixed.
    toy.run(&["list"]).says(&["edited      not run"]);
    toy.run(&["test", "toy-three"]).ends_with(0);
    toy.run(&["list"]).says(&["edited      fixed"]);

    let json =
        toy.run(&["run", "toy-three", "--version", "shipped", "--format", "json"]).ends_with(0);
    let document: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    let versions = document["exercises"][0]["versions"].as_array().unwrap();
    assert_eq!(versions.len(), 1);
    assert_eq!(versions[0]["version"], "shipped");
    assert_eq!(versions[0]["report"]["verdict"], "growing");
}
