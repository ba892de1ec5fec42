//! Builds the versions of exercises, the shipped ones included.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::cargo::{self, Build, Built, DidNotBuild, Selection};
use crate::linked_tree::{self, BuildPlace, Unloadable};
use crate::progress::Progress;
use crate::scratch::{self, PackageCopy};
use crate::shipped::{self, Shipped};
use crate::workspace::{Exercise, Version, Workspace};

/// Builds every version in the tree. A version that cargo cannot load does not build.
pub fn tree(workspace: &Workspace, release: bool, progress: &Progress) -> anyhow::Result<Build> {
    progress.stage("Building every version");
    packages(workspace, &workspace.packages(), release, progress.detail())
}

/// Builds `packages` of the tree. A package that cargo cannot load does not build. `on_line` receives
/// each line of cargo's progress.
pub fn packages(
    workspace: &Workspace,
    packages: &[String],
    release: bool,
    on_line: impl Fn(&str) + Sync,
) -> anyhow::Result<Build> {
    let refused = |package: &String, unloadable: &Unloadable| {
        let mut versions = workspace.versions();
        let version = versions.find(|(exercise, version)| exercise.package(*version) == *package);
        version.and_then(|(exercise, version)| unloadable.get(&exercise.folder(version)).cloned())
    };
    let (mut build, unloadable) = linked_tree::build(workspace, |place| {
        let loadable = packages.iter().filter(|name| refused(name, place.unloadable).is_none());
        let loadable: Vec<String> = loadable.cloned().collect();
        // Without a package, cargo would build the default ones.
        if loadable.is_empty() {
            return Ok(Build::default());
        }
        cargo::build(
            Selection {
                workspace: place.workspace,
                packages: &loadable,
                release,
                locked: place.locked,
                target_folder: place.target_folder,
            },
            &on_line,
        )
    })?;
    for package in packages {
        if let Some(message) = refused(package, &unloadable) {
            let test = Err(DidNotBuild { message });
            build.packages.insert(package.clone(), Built { test, warnings: Vec::new() });
        }
    }
    Ok(build)
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
    let selection = Selection {
        workspace: &folder,
        packages: &packages,
        release,
        locked: false,
        target_folder,
    };
    Ok(cargo::build(selection, on_line)?.packages)
}

/// The folder, in the target folder, of the copies that [`shipped`] builds: one folder per package.
pub fn shipped_folder(target: &Path) -> PathBuf {
    target.join("shipped")
}

/// Builds the program of the package `package`, as [`cargo::build_program`].
pub fn program(
    workspace: &Workspace,
    package: &str,
    progress: &Progress,
) -> anyhow::Result<PathBuf> {
    let build = |place: BuildPlace<'_>| cargo::build_program(place, package, progress.detail());
    Ok(linked_tree::build(workspace, build)?.0)
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
            let restore = match version {
                Version::Exercise => format!(" To restore it: cargo xtask reset {}", exercise.name),
                _ => String::new(),
            };
            let folder = exercise.folder(version);
            Err(NoTest::NoManifest(format!("{folder}/Cargo.toml is missing.{restore}")))
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
