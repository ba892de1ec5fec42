//! Compiler flags from elsewhere do not turn off the workshop's frame pointers.

use std::process::Command;

use crate::support::toy::{GROWING, Toy};

/// The attribution method in the document of the toy's exercise.
#[track_caller]
fn method(mut runner: Command) -> String {
    let output =
        runner.args(["run", "--format", "json", "--version", "exercise"]).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect(&errors);
    let version = &document["exercises"][0]["versions"][0];
    version["report"]["attribution"]["method"].as_str().unwrap_or(&version.to_string()).to_owned()
}

/// The compiler's host target.
fn host() -> String {
    let output = Command::new("rustc").arg("-vV").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.expect("rustc -vV names the host").to_owned()
}

/// What takes up to two minutes.
mod slow {
    use super::*;

    #[test]
    #[ignore = "takes up to two minutes: run with --ignored"]
    fn a_variable_with_flags_does_not_switch_frame_pointers_off() {
        let toy = Toy::new("workshop-with-flags").with(1, "toy-flags", GROWING);
        let mut runner = toy.command(&[]);
        runner.env("RUSTFLAGS", "-C debuginfo=1");
        assert_eq!(method(runner), "frame_pointers");
        // The same flags in the other variable.
        let mut runner = toy.command(&[]);
        runner.env("CARGO_ENCODED_RUSTFLAGS", "-C\u{1f}debuginfo=1");
        assert_eq!(method(runner), "frame_pointers");
    }

    #[test]
    #[ignore = "takes up to two minutes: run with --ignored"]
    fn flags_in_the_home_configuration_do_not_switch_frame_pointers_off() {
        // Cargo reads the configuration of a parent folder like that of the home folder.
        let toy = Toy::new("home/workshop").with(1, "toy-at-home", GROWING);
        let off = "rustflags = [\"-C\", \"force-frame-pointers=no\"]";
        toy.write("../.cargo/config.toml", &format!("[build]\n{off}\n"));
        assert_eq!(method(toy.command(&[])), "frame_pointers", "[build]");
        // Flags for this target only.
        let own = format!("[target.{}]\nrustflags = [\"-C\", \"debuginfo=1\"]\n", host());
        toy.write("../.cargo/config.toml", &own);
        assert_eq!(method(toy.command(&[])), "frame_pointers", "{own}");
        // The same in variables.
        toy.write("../.cargo/config.toml", "");
        let variable =
            format!("CARGO_TARGET_{}_RUSTFLAGS", host().to_uppercase().replace('-', "_"));
        let mut runner = toy.command(&[]);
        runner.env("CARGO_BUILD_RUSTFLAGS", "-C force-frame-pointers=no");
        runner.env(&variable, "-C debuginfo=1");
        assert_eq!(method(runner), "frame_pointers", "{variable}");
    }
}
