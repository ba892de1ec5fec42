//! The exercises and their built versions, for a program that shows them.

use std::collections::BTreeMap;
use std::env;
use std::path::PathBuf;

use exercise_harness::plan::{Plan, Planned, PlannedVersion, Role};

use crate::cargo::{self, Built};
use crate::commands::prepare;
use crate::workspace::{Entry, Version, Workspace};

/// The folder of recordings, in the workshop's folder and in the facilitator's own.
pub const RECORDINGS: &str = "recordings";

/// Every exercise of `workspace`, with what came of its build. What was shipped is among `built` for
/// the exercises that have been edited.
pub fn plan(workspace: &Workspace, built: &BTreeMap<String, Built>) -> anyhow::Result<Plan> {
    let target = cargo::target_folder(&workspace.root)?;
    Ok(of(workspace, |entry| {
        let shipped = Version::Shipped.package(&entry.name);
        let roles: &[(Version, Role)] = match built.get(&shipped) {
            None => &[(Version::Exercise, Role::Shipped), (Version::Solution, Role::Solution)],
            Some(_) => &[
                (Version::Shipped, Role::Shipped),
                (Version::Solution, Role::Solution),
                (Version::Exercise, Role::Edited),
            ],
        };
        let version = |(version, role): &(Version, Role)| {
            let folder = match version {
                Version::Shipped => prepare::shipped_folder(&target).join(&shipped),
                _ => workspace.root.join(version.folder(&entry.name)),
            };
            let (binary, trouble) = match built.get(&version.package(&entry.name)) {
                Some(Built { test: Ok(binary), .. }) => (Some(binary.clone()), None),
                Some(Built { test: Err(refused), .. }) => {
                    (None, Some(format!("it does not build.\n{}", refused.message.trim())))
                }
                None => (None, Some(format!("{}/Cargo.toml is not there.", folder.display()))),
            };
            PlannedVersion { role: *role, folder, binary, trouble }
        };
        roles.iter().map(version).collect()
    }))
}

/// Every exercise of `workspace`, to be shown from recordings.
pub fn unbuilt(workspace: &Workspace) -> Plan {
    of(workspace, |entry| {
        let version = |(version, role): (Version, Role)| PlannedVersion {
            role,
            folder: workspace.root.join(version.folder(&entry.name)),
            binary: None,
            trouble: Some("it was not built; start without --replay.".to_owned()),
        };
        [(Version::Exercise, Role::Shipped), (Version::Solution, Role::Solution)]
            .map(version)
            .to_vec()
    })
}

fn of(workspace: &Workspace, versions: impl Fn(&Entry) -> Vec<PlannedVersion>) -> Plan {
    let planned = |entry: &Entry| Planned {
        versions: versions(entry),
        ..Planned::new(&entry.name, &entry.metadata)
    };
    let exercises = workspace.exercises.iter().map(planned).collect();
    let mut recordings = vec![workspace.root.join(RECORDINGS)];
    recordings.extend(own_recordings());
    Plan { root: workspace.root.clone(), exercises, first: 0, recordings }
}

/// Where the facilitator's own recordings are: they belong to no checkout. `None` without a home.
pub fn own_recordings() -> Option<PathBuf> {
    let set = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let data = set("XDG_DATA_HOME").or_else(|| Some(set("HOME")?.join(".local/share")));
    Some(data?.join("leak-lab").join(RECORDINGS))
}
