//! The plan of the facilitator's page: every exercise with its built versions, as the page's program
//! reads it.

use std::collections::BTreeMap;
use std::env;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use exercise_harness::plan::{self, FileDiff, Plan, Planned, PlannedVersion, Role};

use crate::build;
use crate::cargo::{self, Built};
use crate::difference::{self, DiffLine, FileDifference, imports};
use crate::readme::Readme;
use crate::workspace::{Exercise, Version, Workspace};

/// The package of the page's program, and the program.
pub const PROGRAM: &str = "demo";
/// The facilitator's guide, relative to the root.
const GUIDE: &str = "docs/facilitator.md";
/// The folder of copies of memory tests, in the target folder.
const COPIES: &str = "demo-tests";
/// The folder of recordings, in the workshop and in the facilitator's data folder.
pub const RECORDINGS: &str = "recordings";

/// The plan for a live page. `built` contains the shipped versions of edited exercises.
pub fn live(workspace: &Workspace, built: &BTreeMap<String, Built>) -> anyhow::Result<Plan> {
    let target = cargo::target_folder(&workspace.root)?;
    Ok(plan(workspace, |exercise| {
        let shipped = exercise.package(Version::Shipped);
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
                Version::Shipped => build::shipped_folder(&target).join(&shipped),
                _ => workspace.root.join(exercise.folder(*version)),
            };
            let (binary, trouble) = match built.get(&exercise.package(*version)) {
                // The page starts it repeatedly, and a learner may edit the exercise and build it meanwhile.
                Some(Built { test: Ok(binary), .. }) if *version == Version::Exercise => {
                    match copy(binary, &target.join(COPIES)) {
                        Ok(copy) => (Some(copy), None),
                        Err(error) => (None, Some(format!("{error:#}"))),
                    }
                }
                Some(Built { test: Ok(binary), .. }) => (Some(binary.clone()), None),
                Some(Built { test: Err(refused), .. }) => {
                    (None, Some(format!("it does not build.\n{}", refused.message.trim())))
                }
                None => (None, Some(format!("{}/Cargo.toml is missing.", folder.display()))),
            };
            PlannedVersion { role: *role, folder, binary, trouble }
        };
        roles.iter().map(version).collect()
    }))
}

/// A copy of the memory test `binary` in `folder`, which later builds leave as it is.
fn copy(binary: &Path, folder: &Path) -> anyhow::Result<PathBuf> {
    let copy = folder.join(binary.file_name().unwrap_or_default());
    let state =
        |path: &Path| fs::metadata(path).and_then(|data| Ok((data.len(), data.modified()?)));
    let copied = || -> io::Result<()> {
        let (length, modified) = state(binary)?;
        if state(&copy).is_ok_and(|state| state == (length, modified)) {
            return Ok(());
        }
        fs::create_dir_all(folder)?;
        // Another page may be starting processes from the copy.
        let draft = tempfile::Builder::new().make_in(folder, |path| {
            fs::copy(binary, path)?;
            File::options().write(true).open(path)
        })?;
        draft.as_file().set_modified(modified)?;
        draft.persist(&copy).map_err(|error| error.error)?;
        Ok(())
    };
    copied()
        .with_context(|| format!("{} cannot be copied to {}", binary.display(), copy.display()))?;
    Ok(copy)
}

/// The plan for a page that plays recordings: nothing is built.
pub fn replay(workspace: &Workspace) -> Plan {
    plan(workspace, |exercise| {
        let version = |(version, role): (Version, Role)| PlannedVersion {
            role,
            folder: workspace.root.join(exercise.folder(version)),
            binary: None,
            trouble: Some("it was not built; start without --replay.".to_owned()),
        };
        [(Version::Exercise, Role::Shipped), (Version::Solution, Role::Solution)]
            .map(version)
            .to_vec()
    })
}

fn plan(workspace: &Workspace, versions: impl Fn(&Exercise) -> Vec<PlannedVersion>) -> Plan {
    let planned = |exercise| planned(exercise, versions(exercise));
    let exercises = workspace.exercises.iter().map(planned).collect();
    let mut recordings = vec![workspace.root.join(RECORDINGS)];
    recordings.extend(own_recordings());
    Plan { root: workspace.root.clone(), exercises, first: 0, recordings }
}

fn planned(exercise: &Exercise, versions: Vec<PlannedVersion>) -> Planned {
    // A file may exist in one version only.
    let read = |role: Role, file: &Path| {
        let version = versions.iter().find(|version| version.role == role);
        version.and_then(|version| fs::read(version.folder.join(file)).ok()).unwrap_or_default()
    };
    let readme = |role: Role| {
        let text = read(role, Path::new("README.md"));
        Readme::parse(&String::from_utf8_lossy(&text), exercise.readme(Version::Exercise))
    };
    let fix = difference::fix(
        exercise,
        |file| read(Role::Shipped, file),
        |file| read(Role::Solution, file),
    );
    Planned {
        bug_report: readme(Role::Shipped).bug_report(),
        why_fine: readme(Role::Solution).why_fine(),
        speaker_notes: speaker_notes(exercise),
        fix: imports::last(fix).into_iter().map(file_diff).collect(),
        versions,
        ..Planned::new(&exercise.name, &exercise.metadata)
    }
}

/// The exercise's chapter in the facilitator's guide, and the demonstration that fits every exercise.
fn speaker_notes(exercise: &Exercise) -> String {
    let guide = fs::read_to_string(exercise.path(GUIDE)).unwrap_or_default();
    let guide = Readme::parse(&guide, GUIDE.to_owned());
    let own = format!("### {}: ", exercise.name);
    let chapters = [own.as_str(), "## The one demonstration"].into_iter();
    let chapters = chapters.filter_map(|heading| {
        let mut sections = guide.sections.iter();
        let section = sections.find(|section| section.heading.starts_with(heading))?;
        Some(format!("{}\n{}\n", section.heading, section.body.join("\n")))
    });
    chapters.collect()
}

fn file_diff(difference: FileDifference) -> FileDiff {
    let line = |line: DiffLine| plan::DiffLine {
        sign: line.sign,
        parts: line.pieces.into_iter().map(|piece| (piece.changed, piece.text)).collect(),
    };
    let hunks = difference.hunks.into_iter();
    let hunks = hunks.map(|hunk| hunk.lines.into_iter().map(line).collect()).collect();
    FileDiff { file: difference.file, hunks }
}

/// Writes the plan to the target folder, and returns its path.
pub fn write(root: &Path, plan: &Plan) -> anyhow::Result<PathBuf> {
    let path = cargo::target_folder(root)?.join("demo-plan.json");
    fs::write(&path, serde_json::to_string(plan)?)
        .with_context(|| format!("the plan cannot be written to {}", path.display()))?;
    Ok(path)
}

/// The facilitator's own folder of recordings, outside of any checkout. `None` without a home.
pub fn own_recordings() -> Option<PathBuf> {
    let set = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let data = set("XDG_DATA_HOME")
        .or_else(|| set("LOCALAPPDATA").filter(|_| cfg!(windows)))
        .or_else(|| Some(set("HOME")?.join(".local/share")));
    Some(data?.join("leak-lab").join(RECORDINGS))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::*;

    #[test]
    fn a_copy_stays_as_it_is_while_the_original_is_built_again() {
        let folder = tempfile::tempdir().unwrap();
        let (binary, copies) = (folder.path().join("memory-1f"), folder.path().join("copies"));
        fs::write(&binary, "as shipped").unwrap();
        let kept = copy(&binary, &copies).unwrap();
        fs::write(&binary, "as edited!").unwrap();
        assert_eq!(fs::read_to_string(&kept).unwrap(), "as shipped");

        // A page that starts later copies what is built then.
        let later = SystemTime::now() + Duration::from_secs(1);
        File::options().write(true).open(&binary).unwrap().set_modified(later).unwrap();
        assert_eq!(copy(&binary, &copies).unwrap(), kept);
        assert_eq!(fs::read_to_string(&kept).unwrap(), "as edited!");
        let names: Vec<_> = fs::read_dir(&copies).unwrap().collect();
        assert_eq!(names.len(), 1);
    }
}
