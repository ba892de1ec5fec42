//! Nobody's flags for the compiler take the frame pointers away from the workshop.

use std::process::Command;

use crate::support::toy::{GROWING, Toy};

/// What the document says of how the lines of the toy's exercise were found.
#[track_caller]
fn method(mut runner: Command) -> String {
    let output =
        runner.args(["run", "--format", "json", "--version", "exercise"]).output().unwrap();
    let words = String::from_utf8_lossy(&output.stderr);
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect(&words);
    let version = &document["exercises"][0]["versions"][0];
    version["attribution"]["method"].as_str().unwrap_or(&version.to_string()).to_owned()
}

#[test]
fn a_variable_with_flags_does_not_switch_frame_pointers_off() {
    let toy = Toy::new("workshop-with-flags").with(1, "toy-flags", GROWING);
    let mut runner = toy.command(&[]);
    runner.env("RUSTFLAGS", "-C debuginfo=1");
    assert_eq!(method(runner), "frame_pointers");
    // The same flags, said in the other way: nothing is built anew.
    let mut runner = toy.command(&[]);
    runner.env("CARGO_ENCODED_RUSTFLAGS", "-C\u{1f}debuginfo=1");
    assert_eq!(method(runner), "frame_pointers");
}

#[test]
fn flags_in_the_home_configuration_do_not_switch_frame_pointers_off() {
    // Cargo reads the configuration of a folder further up as it does the home folder's.
    let toy = Toy::new("home/workshop").with(1, "toy-at-home", GROWING);
    let off = "rustflags = [\"-C\", \"force-frame-pointers=no\"]";
    toy.write("../.cargo/config.toml", &format!("[build]\n{off}\n"));
    assert_eq!(method(toy.command(&[])), "frame_pointers", "[build]");
    // As with the variable above, for this machine only.
    let own = format!("[target.{}]\nrustflags = [\"-C\", \"debuginfo=1\"]\n", machine());
    toy.write("../.cargo/config.toml", &own);
    assert_eq!(method(toy.command(&[])), "frame_pointers", "{own}");
    // The same as variables.
    toy.write("../.cargo/config.toml", "");
    let variable = format!("CARGO_TARGET_{}_RUSTFLAGS", machine().to_uppercase().replace('-', "_"));
    let mut runner = toy.command(&[]);
    runner.env("CARGO_BUILD_RUSTFLAGS", "-C force-frame-pointers=no");
    runner.env(&variable, "-C debuginfo=1");
    assert_eq!(method(runner), "frame_pointers", "{variable}");
}

/// The name of the machine that the compiler builds for.
fn machine() -> String {
    let told = Command::new("rustc").arg("-vV").output().unwrap();
    let told = String::from_utf8(told.stdout).unwrap();
    let machine = told.lines().find_map(|line| line.strip_prefix("host: "));
    machine.expect("rustc -vV names the host").to_owned()
}
