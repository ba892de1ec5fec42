//! A project outside this workspace that uses the meter: a copy of a template in a temporary folder.
//! Its target folder is inside that of the workspace and is kept.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// The copy.
pub struct Project {
    folder: TempDir,
}

impl Project {
    /// Copies `files` of the folder `template`, and the `manifest.toml` of each of its `packages`.
    /// A package is given by the path of its folder, with a trailing slash.
    pub fn new(template: &str, files: &[&str], packages: &[&str]) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let template = here.join("tests/other_projects").join(template);
        for name in files {
            copy(&template.join(name), &folder.path().join(name));
        }
        for package in packages {
            let manifest = template.join(format!("{package}manifest.toml"));
            copy(&manifest, &folder.path().join(format!("{package}Cargo.toml")));
        }
        // The versions that this workspace was tested with, which are available without a network.
        let lock = lock_file(here);
        copy(&lock, &folder.path().join("Cargo.lock"));
        // If a workspace has its dependencies vendored beside it, nothing else may be available.
        let vendored = lock.with_file_name("vendor");
        if vendored.is_dir() {
            take_dependencies_from(&vendored, folder.path());
        }
        Self { folder }.filled_in("PATH", &here.display().to_string())
    }

    /// Replaces `word` in the manifest with `text`.
    pub fn filled_in(self, word: &str, text: &str) -> Self {
        let manifest = self.read("Cargo.toml").replace(word, text);
        fs::write(self.folder().join("Cargo.toml"), manifest)
            .expect("the folder can be written to");
        self
    }

    /// The project's folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The text of one of the project's files.
    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder().join(name)).expect("the file was copied")
    }

    /// Runs `cargo test` with `arguments`, the compiler's `flags`, the target folder `target` and these
    /// environment variables. Returns whether it passed, and its complete output.
    pub fn test(
        &self,
        target: &str,
        flags: &str,
        arguments: &[&str],
        variables: &[(&str, &str)],
    ) -> (bool, String) {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.current_dir(self.folder()).args(["test", "--offline"]).args(arguments);
        // The environment of this test itself must not affect the project.
        for inherited in [
            "CARGO_ENCODED_RUSTFLAGS",
            "RUSTC_WRAPPER",
            "LEAK_METER_BUDGET",
            "LEAK_METER_ATTRIBUTION",
        ] {
            cargo.env_remove(inherited);
        }
        cargo.env("RUSTFLAGS", flags);
        cargo.env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join(target));
        cargo.env("RUST_BACKTRACE", "0").envs(variables.iter().copied());
        let Output { status, stdout, stderr } = cargo.output().expect("cargo can be run");
        let text = [stdout, stderr].concat();
        (status.success(), String::from_utf8_lossy(&text).into_owned())
    }
}

fn take_dependencies_from(vendored: &Path, project: &Path) {
    let text = format!(
        "[source.crates-io]\nreplace-with = \"vendored\"\n[source.vendored]\ndirectory = '{}'\n",
        vendored.display()
    );
    fs::create_dir(project.join(".cargo")).expect("a folder can be made");
    fs::write(project.join(".cargo/config.toml"), text).expect("the folder can be written to");
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
