//! The exercises and their built versions, for a program that shows them.

use std::env;
use std::path::PathBuf;

use exercise_harness::plan::{Plan, Planned, PlannedVersion, Role};

use crate::cargo::Build;
use crate::workspace::{Entry, Version, Workspace};

/// The folder of recordings, in the workshop's folder and in the facilitator's own.
const RECORDINGS: &str = "recordings";

/// Every exercise of `workspace`, with what came of its build.
pub fn plan(workspace: &Workspace, mut built: Build) -> Plan {
    of(workspace, |entry, version| {
        let built = built.packages.remove(&version.package(&entry.name)).map(|built| built.test);
        match built {
            Some(Ok(binary)) => (Some(binary), None),
            Some(Err(refused)) => {
                (None, Some(format!("it does not build.\n{}", refused.message.trim())))
            }
            None => {
                let folder = version.folder(&entry.name);
                (None, Some(format!("{folder}/Cargo.toml is not there.")))
            }
        }
    })
}

/// Every exercise of `workspace`, to be shown from recordings.
pub fn unbuilt(workspace: &Workspace) -> Plan {
    of(workspace, |_, _| (None, Some("it was not built; start without --replay.".to_owned())))
}

fn of(
    workspace: &Workspace,
    mut binary: impl FnMut(&Entry, Version) -> (Option<PathBuf>, Option<String>),
) -> Plan {
    let mut version = |entry: &Entry, version: Version, role: Role| {
        let (binary, trouble) = binary(entry, version);
        let folder = workspace.root.join(version.folder(&entry.name));
        PlannedVersion { role, folder, binary, trouble }
    };
    let exercises = workspace
        .exercises
        .iter()
        .map(|entry| Planned {
            name: entry.name.clone(),
            metadata: entry.metadata.clone(),
            versions: vec![
                version(entry, Version::Exercise, Role::Exercise),
                version(entry, Version::Solution, Role::Solution),
            ],
        })
        .collect();
    let mut recordings = vec![workspace.root.join(RECORDINGS)];
    recordings.extend(own_folder().map(|folder| folder.join(RECORDINGS)));
    Plan { root: workspace.root.clone(), exercises, first: 0, recordings }
}

/// The facilitator's own folder for what belongs to no checkout; `None` without a home.
pub fn own_folder() -> Option<PathBuf> {
    let set = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let data = set("XDG_DATA_HOME").or_else(|| Some(set("HOME")?.join(".local/share")));
    Some(data?.join("leak-lab"))
}
