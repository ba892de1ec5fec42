//! Builds the versions of exercises, the shipped ones included.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::cargo::{self, Build, Built, Selection};
use crate::progress::Progress;
use crate::scratch::{self, PackageCopy};
use crate::shipped::{self, Shipped};
use crate::workspace::{Exercise, Version, Workspace};

/// Builds every version in the tree.
pub fn tree(workspace: &Workspace, release: bool, progress: &Progress) -> anyhow::Result<Build> {
    progress.stage("Building every version");
    let packages = workspace.packages();
    let selection =
        Selection { workspace: &workspace.root, packages: &packages, release, target_folder: None };
    cargo::build(selection, progress.detail())
}

/// Builds the shipped versions of `exercises`, which have been edited, as copies in the same target
/// folder. Their packages are named by [`Exercise::package`]. `on_line` receives each line of
/// cargo's progress.
pub fn shipped(
    workspace: &Workspace,
    exercises: &[&Exercise],
    release: bool,
    on_line: impl Fn(&str) + Sync,
) -> anyhow::Result<BTreeMap<String, Built>> {
    let copy = |exercise: &&Exercise| {
        let files = Shipped::find(exercise)?.files()?;
        let package = exercise.package(Version::Shipped);
        Ok(PackageCopy { package, exercise: exercise.name.clone(), files })
    };
    let copies = exercises.iter().map(copy).collect::<anyhow::Result<Vec<_>>>()?;
    let packages: Vec<String> = copies.iter().map(|copy| copy.package.clone()).collect();
    let target = cargo::target_folder(&workspace.root)?;
    let folder = shipped_folder(&target);
    scratch::write_workspace(&workspace.root, copies, &folder)
        .context("the shipped versions cannot be written for a build")?;
    let target_folder = Some(target.as_path());
    let selection = Selection { workspace: &folder, packages: &packages, release, target_folder };
    Ok(cargo::build(selection, on_line)?.packages)
}

/// The folder, in the target folder, of the copies that [`shipped`] builds: one folder per package.
pub fn shipped_folder(target: &Path) -> PathBuf {
    target.join("shipped")
}

/// Builds every version in the tree, and the shipped versions of edited exercises.
pub fn all(
    workspace: &Workspace,
    release: bool,
    progress: &Progress,
) -> anyhow::Result<BTreeMap<String, Built>> {
    let mut built = tree(workspace, release, progress)?.packages;
    let edited = |exercise: &&Exercise| shipped::is_comparable(exercise);
    let edited: Vec<&Exercise> = workspace.exercises.iter().filter(edited).collect();
    if !edited.is_empty() {
        progress.stage("Building the shipped versions");
        built.extend(shipped(workspace, &edited, release, progress.detail())?);
    }
    Ok(built)
}

/// The memory test of `version` among `built`, or why there is none.
pub fn test<'a>(
    built: &'a BTreeMap<String, Built>,
    exercise: &Exercise,
    version: Version,
) -> Result<&'a PathBuf, NoTest<'a>> {
    match built.get(&exercise.package(version)) {
        Some(Built { test: Ok(test), .. }) => Ok(test),
        Some(Built { test: Err(refused), .. }) => Err(NoTest::DidNotBuild(&refused.message)),
        None => {
            Err(NoTest::NoManifest(format!("{}/Cargo.toml is missing.", exercise.folder(version))))
        }
    }
}

/// Why a version has no memory test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoTest<'a> {
    /// It does not compile; this is the compiler's message.
    DidNotBuild(&'a str),
    /// It has no manifest; this is a sentence that names it.
    NoManifest(String),
}

impl NoTest<'_> {
    /// The message, whichever it is.
    pub fn message(&self) -> &str {
        match self {
            Self::DidNotBuild(message) => message,
            Self::NoManifest(message) => message,
        }
    }
}
