//! What facilitators and learners exchange: status lines, recordings and the kit's place.

use std::fs;

use crate::support::repository;
use crate::support::toy::{GROWING, STEADY, Toy};
use crate::support::{Ran, flat, runner};

#[test]
fn learners_write_their_status_and_the_room_shows_where_they_are() {
    let toy = Toy::new("room").with(1, "toy-done", STEADY).with(2, "toy-leak", GROWING);
    toy.run(&["test", "toy-done"]).ends_with(0);
    toy.run(&["test", "toy-leak"]).ends_with(1);
    toy.run(&["judge", "toy-done", "no-leak", "--because", ""]).ends_with(0);
    toy.run(&["judge", "toy-leak", "leak", "--because", "line 5"]).ends_with(0);
    let line = toy.run(&["status", "--name", "Ada Lovelace"]).ends_with(0).out;
    assert!(line.starts_with("leak-lab/2 Ada_Lovelace ") && line.lines().count() == 1, "{line}");
    assert!(line.ends_with(" judged=2 toy-done=done toy-leak=begun\n"), "{line}");
    let json = toy.run(&["status", "--format", "json", "--name", "Alan"]).ends_with(0).out;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["name"], &json["exercises"][1]["state"]), (&"Alan".into(), &"begun".into()));
    assert_eq!(json["judged"], 2);

    let shared = tempfile::tempdir().unwrap();
    let folder = shared.path().to_str().unwrap();
    toy.run(&["room", folder])
        .ends_with(2)
        .says(&["There are no lines of `cargo xtask status` yet."]);
    // A name is no path.
    for name in ["Ada Lovelace", "../eve"] {
        toy.run(&["status", "--name", name, "--into", folder]).ends_with(0);
    }
    assert_eq!(fs::read_dir(shared.path()).unwrap().count(), 2);
    let room = toy.run(&["room", folder]).ends_with(0).out;
    for part in [
        "2 learners",
        "toy-done 2 ·",
        "toy-leak · · 2",
        "Ada_Lovelace 1 of 2 done, 2 judged toy-leak, begun",
    ] {
        assert!(flat(&room).contains(part), "{part:?} is not in\n{room}");
    }
}

#[test]
fn a_recording_that_cannot_be_written_is_refused_before_anything_is_built() {
    let folder = tempfile::tempdir().unwrap();
    let existing = folder.path().join("a.jsonl");
    fs::write(&existing, "precious").unwrap();
    for (file, reason) in [
        (existing.clone(), "exists and is not overwritten"),
        (folder.path().join("missing/a.jsonl"), "cannot be written"),
    ] {
        let ran = Ran::run(
            runner(repository(), &["demo", "--record"]).arg(&file).env("CARGO", "/nowhere/cargo"),
        );
        ran.ends_with(2).warns(&[reason]);
    }
    assert_eq!(fs::read_to_string(existing).unwrap(), "precious");
}

#[test]
fn a_kit_that_cannot_be_packed_leaves_the_old_one() {
    let folder = tempfile::tempdir().unwrap();
    let archive = folder.path().join("kit.tar.gz");
    fs::write(&archive, "an older kit").unwrap();
    let mut command = runner(repository(), &["kit", "--seconds", "0", "--out"]);
    // It fails at the dependencies, after the sources.
    Ran::run(command.arg(&archive).env("CARGO", "/nowhere/cargo")).ends_with(2);
    assert_eq!(fs::read_to_string(&archive).unwrap(), "an older kit");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}
