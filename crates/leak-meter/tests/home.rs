//! The meter taken home: a project outside this workspace, with ten lines of test, finds a planted
//! leak of one block in a thousand operations at its line, and stays green without it.
//!
//! In four forms: debug and release, with and without frame pointers, each as a plain `#[test]` and as
//! a `harness = false` test. A form builds the meter anew, once: the target folder lies in that of
//! the workspace and is kept. Two forms, one of each kind, run always; the other two with
//! `cargo test --package leak-meter --test home -- --include-ignored`; add `--nocapture
//! --test-threads 1` to see what each costs.
#![allow(clippy::print_stdout)] // The figures in the documentation come from here.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// What decides how call stacks are found.
const FRAME_POINTERS: &str = "-C force-frame-pointers=yes";

#[test]
fn debug_without_frame_pointers() {
    Form { release: false, frame_pointers: false }.is_proved();
}

#[test]
fn release_with_frame_pointers() {
    Form { release: true, frame_pointers: true }.is_proved();
}

#[test]
#[ignore = "builds the meter once more: run with --include-ignored"]
fn debug_with_frame_pointers() {
    Form { release: false, frame_pointers: true }.is_proved();
}

#[test]
#[ignore = "builds the meter once more: run with --include-ignored"]
fn release_without_frame_pointers() {
    Form { release: true, frame_pointers: false }.is_proved();
}

/// One way of building the project.
#[derive(Debug, Clone, Copy)]
struct Form {
    release: bool,
    frame_pointers: bool,
}

impl Form {
    fn is_proved(self) {
        let project = Project::new();
        for test in ["plain", "by_hand"] {
            let (green, text) = self.outcome(&project, test, false);
            assert!(green, "{self:?} of {test} without the leak\n{text}");
            if let Some(figures) = text.lines().find(|line| line.starts_with("one purchase takes"))
            {
                println!("{self:?}: {figures}");
            }
            let (green, text) = self.outcome(&project, test, true);
            assert!(!green, "{self:?} of {test} with the leak\n{text}");
            assert!(text.contains("1. Growing: shop::Till::ring_up"), "{self:?} of {test}\n{text}");
            let line = format!("\n   src/lib.rs:{}\n", project.planted_line());
            assert!(text.contains(&line), "{self:?} of {test}, not at{line}{text}");
            assert!(text.contains("0.0010 blocks and"), "{self:?} of {test}\n{text}");
            let advised = text.contains("Note: frame pointers are missing");
            assert_eq!(advised, !self.frame_pointers, "{self:?} of {test}\n{text}");
        }
    }

    /// Whether the project's test passes, and all that it prints.
    fn outcome(self, project: &Project, test: &str, leaks: bool) -> (bool, String) {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.current_dir(project.folder.path()).args(["test", "--offline", "--test", test]);
        cargo.args(self.release.then_some("--release"));
        // What this test was itself started with must not reach the project.
        for inherited in ["CARGO_ENCODED_RUSTFLAGS", "RUSTC_WRAPPER", "LEAK_METER_BUDGET"] {
            cargo.env_remove(inherited);
        }
        cargo.env("RUSTFLAGS", if self.frame_pointers { FRAME_POINTERS } else { "" });
        cargo.env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("home"));
        cargo.env("RUST_BACKTRACE", "0");
        cargo.env_remove("KEEPS_RECEIPTS");
        if leaks {
            cargo.env("KEEPS_RECEIPTS", "yes");
        }
        let Output { status, stdout, stderr } = cargo.output().expect("cargo can be run");
        let text = [stdout, stderr].concat();
        (status.success(), String::from_utf8_lossy(&text).into_owned())
    }
}

/// The project, in a temporary folder of its own.
struct Project {
    folder: TempDir,
}

impl Project {
    fn new() -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let template = here.join("tests/home_project");
        for name in ["src/lib.rs", "tests/plain.rs", "tests/by_hand.rs"] {
            copy(&template.join(name), &folder.path().join(name));
        }
        // The versions that this workspace was tested with, which are at hand without a network.
        copy(&lock_file(here), &folder.path().join("Cargo.lock"));
        let manifest = fs::read_to_string(template.join("manifest.toml")).expect("the manifest");
        let path = here.display().to_string();
        fs::write(folder.path().join("Cargo.toml"), manifest.replace("PATH", &path))
            .expect("the folder can be written to");
        Self { folder }
    }

    /// The line of the leak, counted from 1.
    fn planted_line(&self) -> usize {
        let text = fs::read_to_string(self.folder.path().join("src/lib.rs")).expect("the source");
        1 + text.lines().position(|line| line.ends_with("// the planted leak")).expect("the leak")
    }
}

fn lock_file(package: &Path) -> PathBuf {
    let locks = package.ancestors().map(|folder| folder.join("Cargo.lock"));
    locks.into_iter().find(|lock| lock.is_file()).expect("the workspace's Cargo.lock")
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to.parent().expect("a file has a folder")).expect("a folder can be made");
    fs::copy(from, to)
        .unwrap_or_else(|error| panic!("{} to {}: {error}", from.display(), to.display()));
}
