//! A copy of one exercise of the real workshop, to be edited. It uses the real crates and is built
//! where they are built.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};

use toml::{Table, Value};

use super::{Ran, cargo_configuration, copy_all, repository, runner, temporary_folder};

/// Copies build in the real target folder, where `verify` lays out the fixes of an exercise by its
/// name: only one copy at a time may exist.
static ONLY_COPY: Mutex<()> = Mutex::new(());

/// The copy.
pub struct WorkshopCopy {
    root: PathBuf,
    _only_copy: MutexGuard<'static, ()>,
}

impl WorkshopCopy {
    /// A fresh copy with the exercise `name`, in a folder of this name.
    pub fn new(name: &str, folder: &str) -> Self {
        let only_copy = ONLY_COPY.lock().unwrap_or_else(PoisonError::into_inner);
        let copy = Self { root: temporary_folder().join(folder), _only_copy: only_copy };
        let _ = fs::remove_dir_all(&copy.root);
        for folder in ["exercises", "solutions"] {
            let place = format!("{folder}/{name}");
            copy_all(&repository().join(&place), &copy.root.join(&place));
        }
        for file in ["exercise.toml", "shipped.toml", "src"] {
            let place = format!("crates/{name}/{file}");
            copy_all(&repository().join(&place), &copy.root.join(&place));
        }
        copy_all(&repository().join("Cargo.lock"), &copy.root.join("Cargo.lock"));
        fs::write(copy.root.join("Cargo.toml"), manifest(folder)).unwrap();
        if let Some(text) = cargo_configuration(&copy.root) {
            fs::create_dir(copy.root.join(".cargo")).unwrap();
            fs::write(copy.root.join(".cargo/config.toml"), text).unwrap();
        }
        copy
    }

    /// The path of a file in the copy.
    pub fn path(&self, place: &str) -> PathBuf {
        self.root.join(place)
    }

    /// The runner, about to run `arguments` in this copy. It builds where the real workshop does.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = runner(&self.root, arguments);
        command
            .env("CARGO_TARGET_DIR", temporary_folder().parent().unwrap())
            .env("CARGO_NET_OFFLINE", "true");
        command
    }

    /// The result of running `arguments` in this copy.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        Ran::run(&mut self.command(arguments))
    }
}

/// The manifest of the real workspace, with the copy's members and the real crates. The version is the
/// copy's own: cargo distinguishes packages in one target folder by name, version and place *in* the
/// workspace, and would take the real exercise's build for the copy's.
fn manifest(folder: &str) -> String {
    let text = fs::read_to_string(repository().join("Cargo.toml")).unwrap();
    let mut manifest: Table = text.parse().unwrap();
    let workspace = manifest["workspace"].as_table_mut().unwrap();
    let members: Vec<Value> = vec!["exercises/*".into(), "solutions/*".into()];
    workspace.insert("members".to_owned(), members.into());
    workspace.remove("default-members");
    let package = workspace["package"].as_table_mut().unwrap();
    let version = format!("{}+{folder}", package["version"].as_str().unwrap());
    package.insert("version".to_owned(), version.into());
    for (_, dependency) in workspace["dependencies"].as_table_mut().unwrap() {
        if let Some(path) = dependency.get_mut("path") {
            let real = repository().join(path.as_str().unwrap());
            *path = real.display().to_string().into();
        }
    }
    manifest.to_string()
}
