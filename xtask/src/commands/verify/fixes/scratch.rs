//! The scratch workspace of one exercise: every fix of its catalogue as a package of its own, built
//! as the workshop itself is.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::Context as _;
use toml::{Table, Value};

use super::patch::{Fix, Patched};
use crate::commands::verify::pattern::{Pattern, files_below};

/// The parts of the workshop's `[workspace]` that its packages inherit or are built by.
const INHERITED: [&str; 4] = ["package", "dependencies", "lints", "resolver"];

/// Files by their paths in the workspace.
type Files = BTreeMap<String, Vec<u8>>;

/// Lays the workspace of `candidates` out in `folder`. Whatever else lies there is removed; a file
/// that is as it must be stays as it is, so that it is not compiled again.
pub fn lay(pattern: &Pattern, candidates: &[(Fix, Patched)], folder: &Path) -> anyhow::Result<()> {
    let packages = candidates.iter().map(|(fix, _)| fix.package.clone().into()).collect();
    let manifest = root_manifest(&pattern.read("Cargo.toml")?, &pattern.root, packages)?;
    let mut files = Files::from([("Cargo.toml".to_owned(), manifest.into_bytes())]);
    // The same versions as the workshop's, so that what is built is used again.
    if let Ok(lock) = fs::read(pattern.at("Cargo.lock")) {
        files.insert("Cargo.lock".to_owned(), lock);
    }
    for (fix, patched) in candidates {
        let own = candidate(pattern, fix, patched)
            .with_context(|| format!("{} cannot be laid out", fix.package))?;
        let package = &fix.package;
        files.extend(own.into_iter().map(|(file, text)| (format!("{package}/{file}"), text)));
    }
    replace(folder, &files).with_context(|| format!("{} cannot be filled", folder.display()))
}

/// Makes `files` the only ones in `folder`.
fn replace(folder: &Path, files: &Files) -> anyhow::Result<()> {
    fs::create_dir_all(folder)?;
    for old in files_below(folder)?.iter().filter(|old| !files.contains_key(*old)) {
        fs::remove_file(folder.join(old))?;
    }
    for (file, text) in files {
        let path = folder.join(file);
        if fs::read(&path).is_ok_and(|old| old == *text) {
            continue;
        }
        fs::create_dir_all(path.parent().unwrap_or(folder))?;
        fs::write(path, text)?;
    }
    Ok(())
}

/// One package: the exercise, patched, under the fix's name.
fn candidate(pattern: &Pattern, fix: &Fix, patched: &Patched) -> anyhow::Result<Files> {
    let exercise = pattern.at(&pattern.exercise());
    let mut files = Files::new();
    for file in files_below(&exercise)? {
        files.insert(file.clone(), fs::read(exercise.join(file))?);
    }
    for (file, text) in patched {
        match text {
            Some(text) => files.insert(file.clone(), text.clone().into_bytes()),
            None => files.remove(file),
        };
    }
    let manifest = files.get_mut("Cargo.toml").context("it has no Cargo.toml")?;
    let renamed =
        candidate_manifest(&String::from_utf8_lossy(manifest), &pattern.name, &fix.package)?;
    *manifest = renamed.into_bytes();
    Ok(files)
}

/// The exercise's manifest under the name `package`. The library keeps its name, which the memory
/// test calls it by.
fn candidate_manifest(text: &str, pattern: &str, package: &str) -> anyhow::Result<String> {
    let mut manifest: Table = text.parse().context("its Cargo.toml is not TOML")?;
    table(&mut manifest, "package")?.insert("name".to_owned(), package.into());
    let library = format!("{}_exercise", pattern.replace('-', "_"));
    table(&mut manifest, "lib")?.insert("name".to_owned(), library.into());
    Ok(manifest.to_string())
}

/// A workspace of `packages` that inherits what the workshop's packages inherit.
fn root_manifest(text: &str, root: &Path, packages: Vec<Value>) -> anyhow::Result<String> {
    let mut original: Table = text.parse().context("the workshop's Cargo.toml is not TOML")?;
    let inherited = table(&mut original, "workspace")?.clone();
    let mut workspace: Table =
        inherited.into_iter().filter(|(key, _)| INHERITED.contains(&key.as_str())).collect();
    for (_, dependency) in table(&mut workspace, "dependencies")?.iter_mut() {
        if let Some(path) = dependency.get_mut("path") {
            *path = root.join(path.as_str().unwrap_or_default()).display().to_string().into();
        }
    }
    workspace.insert("members".to_owned(), packages.into());
    let mut manifest = Table::new();
    manifest.insert("workspace".to_owned(), workspace.into());
    manifest.extend(original.remove("profile").map(|value| ("profile".to_owned(), value)));
    Ok(manifest.to_string())
}

/// The table of this name, empty if there was none.
fn table<'a>(parent: &'a mut Table, name: &str) -> anyhow::Result<&'a mut Table> {
    let value = parent.entry(name).or_insert_with(|| Table::new().into());
    value.as_table_mut().with_context(|| format!("[{name}] is not a table"))
}
