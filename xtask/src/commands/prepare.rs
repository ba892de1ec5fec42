//! What commands begin with: the workshop is found, its shipped files are laid aside, and versions
//! are built, with progress shown.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::cargo::{self, Build, Built, Selection};
use crate::files::Files;
use crate::scratch::{self, Copied};
use crate::shipped::{self, Shipped};
use crate::show::progress::Progress;
use crate::workspace::{Entry, Version, Workspace};

/// The workshop that the current folder lies in. What is as shipped is laid aside, so that it can
/// be had back whatever becomes of it.
///
/// # Errors
/// As [`Workspace::find`].
pub fn workspace() -> anyhow::Result<Workspace> {
    let workspace = Workspace::find()?;
    shipped::lay_aside(&workspace);
    Ok(workspace)
}

/// Builds every version in `workspace`.
///
/// # Errors
/// As [`cargo::build`].
pub fn build(workspace: &Workspace, release: bool, progress: &Progress) -> anyhow::Result<Build> {
    progress.stage("Building every version");
    let packages = workspace.packages();
    let selection =
        Selection { workspace: &workspace.root, packages: &packages, release, target_folder: None };
    cargo::build(selection, progress.detail())
}

/// Builds the shipped version of each of `entries`, which have been edited: as copies beside what
/// is built already. The packages are named as [`Version::package`] names them.
/// `see` is handed each line of cargo's progress.
///
/// # Errors
/// When a shipped file is nowhere to be had, the copies cannot be written, or as [`cargo::build`].
pub fn build_shipped(
    workspace: &Workspace,
    entries: &[&Entry],
    release: bool,
    see: impl Fn(&str) + Sync,
) -> anyhow::Result<BTreeMap<String, Built>> {
    let copy = |entry: &&Entry| {
        let files: Files = Shipped::of(&workspace.root, &entry.name)?.files()?;
        let package = Version::Shipped.package(&entry.name);
        Ok(Copied { package, exercise: entry.name.clone(), files })
    };
    let copies = entries.iter().map(copy).collect::<anyhow::Result<Vec<_>>>()?;
    let packages: Vec<String> = copies.iter().map(|copy| copy.package.clone()).collect();
    let target = cargo::target_folder(&workspace.root)?;
    let folder = shipped_folder(&target);
    scratch::lay(&workspace.root, copies, &folder)
        .context("what was shipped cannot be laid out to be built")?;
    let target_folder = Some(target.as_path());
    let selection = Selection { workspace: &folder, packages: &packages, release, target_folder };
    Ok(cargo::build(selection, see)?.packages)
}

/// Where, in the folder that cargo builds in, what was shipped is laid out to be built: each package
/// in a folder of its name.
pub fn shipped_folder(target: &Path) -> PathBuf {
    target.join("shipped")
}

/// Builds every version in `workspace`, and what was shipped of the exercises that have been edited.
///
/// # Errors
/// As [`build`] and [`build_shipped`].
pub fn build_all(
    workspace: &Workspace,
    release: bool,
    progress: &Progress,
) -> anyhow::Result<BTreeMap<String, Built>> {
    let mut built = build(workspace, release, progress)?.packages;
    let edited = |entry: &&Entry| shipped::is_comparable(&workspace.root, &entry.name);
    let edited: Vec<&Entry> = workspace.exercises.iter().filter(edited).collect();
    if !edited.is_empty() {
        progress.stage("Building what was shipped");
        built.extend(build_shipped(workspace, &edited, release, progress.detail())?);
    }
    Ok(built)
}
