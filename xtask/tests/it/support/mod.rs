//! What the tests share: the runner and its output, and workshops to run it in.
//!
//! - [`toy`]: a generated workshop with tiny exercises of every outcome.
//! - [`tree`]: a hand-written one that `verify --form` accepts.
//! - [`workshop_copy`]: a copy of one real exercise.
//! - [`terminal`]: a pseudo-terminal to run the runner in.
//! - [`traces`]: the processes and files that a run leaves behind.

pub mod terminal;
pub mod toy;
pub mod traces;
pub mod tree;
pub mod workshop_copy;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The real workshop's folder.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// A command that runs the runner with `arguments` in `folder`, without the compiler flags of
/// whoever runs the tests.
pub fn runner(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command
        .args(arguments)
        .current_dir(folder)
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env_remove("RUSTFLAGS");
    command
}

/// Copies a file, or a folder with all that it contains.
pub fn copy_all(from: &Path, to: &Path) {
    if from.is_dir() {
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            copy_all(&entry.path(), &to.join(entry.file_name()));
        }
    } else {
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(from, to).unwrap();
    }
}

/// The cargo configuration that a workshop in `root` needs; `None` below the real workshop, where
/// cargo finds the real one.
pub fn cargo_configuration(root: &Path) -> Option<String> {
    if root.starts_with(repository()) {
        return None;
    }
    let text = fs::read_to_string(repository().join(".cargo/config.toml")).unwrap();
    // In an unpacked kit, this is where the dependencies are.
    let vendored = format!("'{}'", repository().join("vendor").display());
    Some(text.replace("\"vendor\"", &vendored))
}

/// The folder that workshops of these tests may be written to.
pub fn temporary_folder() -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
}

/// `text` with single spaces, wherever its lines were broken.
pub fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A finished run of the runner.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Ran {
    /// Runs `command` to its end.
    pub fn run(command: &mut Command) -> Self {
        let Output { status, stdout, stderr } = command.output().unwrap();
        Self {
            code: status.code(),
            out: String::from_utf8(stdout).unwrap(),
            err: String::from_utf8(stderr).unwrap(),
        }
    }

    /// Asserts the exit code.
    #[track_caller]
    pub fn ends_with(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "\nout:\n{}\nerr:\n{}", self.out, self.err);
        self
    }

    /// Asserts that standard output contains these parts, in this order.
    #[track_caller]
    pub fn says(self, parts: &[&str]) -> Self {
        contains_in_order(&self.out, parts);
        self
    }

    /// Asserts that standard error contains these parts, in this order.
    #[track_caller]
    pub fn warns(self, parts: &[&str]) -> Self {
        contains_in_order(&self.err, parts);
        self
    }
}

#[track_caller]
fn contains_in_order(text: &str, parts: &[&str]) {
    let mut rest = text;
    for part in parts {
        let Some((_, after)) = rest.split_once(part) else {
            panic!("{part:?} is missing, or not after the parts before it, in:\n{text}");
        };
        rest = after;
    }
}
