//! A cargo workspace of copied exercises, each with its own package name, with the settings of the
//! workshop.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use toml::{Table, Value};

use crate::files::{Files, files_below};

/// The parts of the workshop's `[workspace]` that apply to its packages.
const INHERITED: [&str; 4] = ["package", "dependencies", "lints", "resolver"];

/// A copy of an exercise, possibly changed, with its own package name.
#[derive(Debug)]
pub struct PackageCopy {
    /// The name of the package.
    pub package: String,
    /// The exercise's name, which determines the name of the library.
    pub exercise: String,
    /// The package's files.
    pub files: Files,
}

/// Writes a workspace of `copies` to `folder`, with the settings and the lock file of the workshop at
/// `root`. Other files there are removed; a file that is already right is not touched, so that cargo
/// does not compile it again.
pub fn write_workspace(root: &Path, copies: Vec<PackageCopy>, folder: &Path) -> anyhow::Result<()> {
    let packages = copies.iter().map(|copy| copy.package.clone().into()).collect();
    let text = fs::read_to_string(root.join("Cargo.toml"))
        .context("the workshop's Cargo.toml cannot be read")?;
    let manifest = root_manifest(&text, root, packages)?;
    let mut files = Files::from([("Cargo.toml".to_owned(), manifest.into_bytes())]);
    // The same versions as the workshop's, so that built dependencies are reused.
    if let Ok(lock) = fs::read(root.join("Cargo.lock")) {
        files.insert("Cargo.lock".to_owned(), lock);
    }
    for PackageCopy { package, exercise, files: mut own } in copies {
        rename(&mut own, &exercise, &package)
            .with_context(|| format!("the package {package} cannot be written"))?;
        files.extend(own.into_iter().map(|(file, text)| (format!("{package}/{file}"), text)));
    }
    replace(folder, &files).with_context(|| format!("{} cannot be written", folder.display()))
}

/// Makes `files` the only files in `folder`.
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

fn rename(files: &mut Files, exercise: &str, package: &str) -> anyhow::Result<()> {
    let manifest = files.get_mut("Cargo.toml").context("it has no Cargo.toml")?;
    let renamed = package_manifest(&String::from_utf8_lossy(manifest), exercise, package)?;
    *manifest = renamed.into_bytes();
    Ok(())
}

/// The exercise's manifest with the package name `package`. The library keeps its name, which the
/// memory test uses.
fn package_manifest(text: &str, exercise: &str, package: &str) -> anyhow::Result<String> {
    let mut manifest: Table = text.parse().context("its Cargo.toml is not TOML")?;
    table(&mut manifest, "package")?.insert("name".to_owned(), package.into());
    let library = format!("{}_exercise", exercise.replace('-', "_"));
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

/// The table `name`, which is added if it is missing.
fn table<'a>(parent: &'a mut Table, name: &str) -> anyhow::Result<&'a mut Table> {
    let value = parent.entry(name).or_insert_with(|| Table::new().into());
    value.as_table_mut().with_context(|| format!("[{name}] is not a table"))
}
