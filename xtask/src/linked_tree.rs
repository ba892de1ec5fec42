//! Builds the tree even while cargo cannot load it: one invalid manifest keeps cargo from building any
//! member of a workspace.
//!
//! In that case, cargo builds a workspace of links to the same folders, without those that it cannot load.
//! Each package has the same path in it, so cargo reuses earlier builds. The workspace has a lock file of
//! its own, so that the workshop's lock file does not change.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use sha2::{Digest as _, Sha256};

use crate::cargo::{self, Refused};
use crate::files;
use crate::shipped;
use crate::system;
use crate::workspace::{Exercise, Version, Workspace};

/// The folders whose members are linked one by one.
const PARENTS: [&str; 3] = ["crates", "exercises", "solutions"];
/// The other member.
const RUNNER: &str = "xtask";
const MANIFEST: &str = "Cargo.toml";

/// The folders that cargo cannot load, relative to the root, each with a message for people.
pub type Unloadable = BTreeMap<String, String>;

/// The workspace of a build.
#[derive(Debug, Clone, Copy)]
pub struct BuildPlace<'a> {
    /// The folder that contains its manifest.
    pub workspace: &'a Path,
    /// Whether its lock file must stay as it is.
    pub locked: bool,
    /// The target folder; `None` for cargo's default.
    pub target_folder: Option<&'a Path>,
    /// The folders that it does not contain.
    pub unloadable: &'a Unloadable,
}

/// Calls `build` for the workshop's workspace and, while cargo refuses to load it, for workspaces with
/// fewer folders. Returns the folders that the last one does not contain.
pub fn build<T>(
    workspace: &Workspace,
    build: impl Fn(BuildPlace<'_>) -> anyhow::Result<T>,
) -> anyhow::Result<(T, Unloadable)> {
    let mut unloadable = renamed(workspace);
    let mut folder = workspace.root.clone();
    let mut locked = workspace.exercises.iter().any(has_other_manifest);
    // The common target folder, once a workspace of links is built.
    let mut target = None;
    let mut is_refused = !unloadable.is_empty();
    loop {
        if is_refused {
            let target = match &mut target {
                Some(target) => target,
                None => target.insert(cargo::target_folder(&workspace.root)?),
            };
            folder = link(workspace, &unloadable, target).context(
                "a workspace without the folders that cargo cannot load cannot be written",
            )?;
            locked = false;
        }
        let place = BuildPlace {
            workspace: &folder,
            locked,
            target_folder: target.as_deref(),
            unloadable: &unloadable,
        };
        match build(place) {
            Err(error) if error.is::<Refused>() => {
                let found = named_in(workspace, &unloadable, &error.to_string());
                // An unlocked build that names no folder would be refused again.
                if found.is_empty() && !locked {
                    return Err(error);
                }
                unloadable.extend(found);
                is_refused = true;
            }
            result => return Ok((result?, unloadable)),
        }
    }
}

/// Whether the manifest of `exercise` is known to differ from the shipped one, so that cargo might change
/// the lock file.
fn has_other_manifest(exercise: &Exercise) -> bool {
    shipped::changed_files(exercise).iter().any(|file| file == MANIFEST)
}

/// The versions whose manifests name another package than the one that the runner builds.
fn renamed(workspace: &Workspace) -> Unloadable {
    let name = |folder: &str| -> Option<String> {
        let text = fs::read_to_string(workspace.root.join(folder).join(MANIFEST)).ok()?;
        let manifest: toml::Table = text.parse().ok()?;
        Some(manifest.get("package")?.get("name")?.as_str()?.to_owned())
    };
    let other = workspace.versions().filter_map(|(exercise, version)| {
        let folder = exercise.folder(version);
        let (found, expected) = (name(&folder)?, exercise.package(version));
        (found != expected).then(|| {
            let message = format!(
                "{folder}/{MANIFEST} names the package {found:?}; the runner builds {expected:?}."
            );
            let message = with_way_back(&folder, &message);
            (folder, message)
        })
    });
    other.collect()
}

/// The folders that cargo's `message` names, if they are not known to be `unloadable`. If it names
/// several, only those whose files are edited count, if there are any.
fn named_in(workspace: &Workspace, unloadable: &Unloadable, message: &str) -> Unloadable {
    let mut found: BTreeSet<String> = BTreeSet::new();
    for (exercise, version) in workspace.versions() {
        let folder = exercise.folder(version);
        let package = format!("`{}`", exercise.package(version));
        if mentions(message, &folder) || message.contains(&package) {
            found.insert(folder);
        }
        if mentions(message, &exercise.crate_folder()) {
            found.extend(Version::IN_TREE.map(|version| exercise.folder(version)));
            found.insert(exercise.crate_folder());
        }
    }
    found.retain(|folder| !unloadable.contains_key(folder));
    let is_edited = |folder: &String| {
        let of_folder = |one: &&Exercise| one.folder(Version::Exercise) == *folder;
        let exercise = workspace.exercises.iter().find(of_folder);
        exercise.is_some_and(has_other_manifest)
    };
    if found.iter().any(is_edited) {
        found.retain(is_edited);
    }
    let message = format!("cargo cannot load it:\n{}", message.trim());
    found.into_iter().map(|folder| (folder.clone(), with_way_back(&folder, &message))).collect()
}

/// Whether `message` contains `folder` as a whole path, in the form of any system.
fn mentions(message: &str, folder: &str) -> bool {
    let message = message.replace('\\', "/");
    message.match_indices(folder).any(|(at, _)| {
        let next = message[at + folder.len()..].chars().next();
        next.is_none_or(|letter| !letter.is_alphanumeric() && !"-_".contains(letter))
    })
}

/// `message`, and how to restore `folder`.
fn with_way_back(folder: &str, message: &str) -> String {
    let way_back = match folder.split_once('/') {
        Some(("exercises", name)) => {
            format!("To restore the shipped version (yours is saved): cargo xtask reset {name}")
        }
        _ => format!("To restore it: git checkout -- {folder}"),
    };
    format!("{message}\n\n{way_back}")
}

/// Writes the workspace of links, and returns its folder. Existing links stay.
fn link(workspace: &Workspace, without: &Unloadable, target: &Path) -> anyhow::Result<PathBuf> {
    let root = &workspace.root;
    // Workshops that share a target folder must not disturb each other.
    let hash = shipped::hexadecimal(&Sha256::digest(root.to_string_lossy().as_bytes()));
    let folder = target.join(format!("linked-{}", &hash[..8]));
    for parent in PARENTS {
        let here = folder.join(parent);
        fs::create_dir_all(&here)?;
        let members = fs::read_dir(root.join(parent)).into_iter().flatten().flatten();
        let names = members.map(|member| member.file_name().to_string_lossy().into_owned());
        let wanted: BTreeSet<String> = names
            .filter(|name| {
                !name.starts_with('.') && !without.contains_key(&format!("{parent}/{name}"))
            })
            .collect();
        for old in fs::read_dir(&here)? {
            let old = old?;
            if !wanted.contains(&*old.file_name().to_string_lossy()) {
                system::remove_link(&old.path())?;
            }
        }
        for name in wanted {
            link_to(&root.join(parent).join(&name), &here.join(&name))?;
        }
    }
    if root.join(RUNNER).is_dir() {
        link_to(&root.join(RUNNER), &folder.join(RUNNER))?;
    }
    for file in [MANIFEST, "Cargo.lock"] {
        if let Ok(bytes) = fs::read(root.join(file)) {
            files::write(&folder.join(file), &bytes)?;
        }
    }
    Ok(folder)
}

fn link_to(to: &Path, place: &Path) -> io::Result<()> {
    match system::link_folder(to, place) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        result => result,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_path_is_mentioned() {
        let message = "failed to parse manifest at `/workshop/exercises/rc-cycles-2/Cargo.toml`";
        assert!(mentions(message, "exercises/rc-cycles-2"));
        assert!(!mentions(message, "exercises/rc-cycles"));
        assert!(mentions("package `a v0.1.0 (/workshop/exercises/a)`", "exercises/a"));
        assert!(mentions(r"manifest at `C:\workshop\exercises\a\Cargo.toml`", "exercises/a"));
    }
}
