//! A copy of one exercise of the real workshop, to be edited. It stands on the real crates, and is
//! built where they are built.

use std::fs;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use crate::toy::{configuration, repository};

/// The copy.
pub struct WorkshopCopy {
    root: PathBuf,
}

impl WorkshopCopy {
    /// A fresh copy with the exercise `name`, in a folder of this name.
    pub fn of(name: &str, folder: &str) -> Self {
        let copy = Self { root: Path::new(env!("CARGO_TARGET_TMPDIR")).join(folder) };
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
        if let Some(text) = configuration(&copy.root) {
            fs::create_dir(copy.root.join(".cargo")).unwrap();
            fs::write(copy.root.join(".cargo/config.toml"), text).unwrap();
        }
        copy
    }

    /// Where a file of the copy is.
    pub fn path(&self, place: &str) -> PathBuf {
        self.root.join(place)
    }

    /// What the runner needs to be told to build where the real workshop is built.
    pub fn variables() -> Vec<(String, String)> {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
        vec![
            ("CARGO_TARGET_DIR".to_owned(), target.display().to_string()),
            ("CARGO_NET_OFFLINE".to_owned(), "true".to_owned()),
        ]
    }
}

/// The real workspace, with the copy's members and the real crates. The version is the copy's own:
/// cargo tells packages of one target folder apart by name, version and place *in* the workspace,
/// and would take what it built of the real exercise for the copy's.
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

fn copy_all(from: &Path, to: &Path) {
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
