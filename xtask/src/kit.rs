//! The kit: the workshop with all dependencies, those of the cases in the wild as well, in one archive for a
//! room without a network.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context as _;
use exercise_harness::cleanup;

use crate::cargo;
use crate::demo_plan;
use crate::files;
use crate::progress::Progress;
use crate::recording::Recorder;
use crate::shipped::Shipped;
use crate::state_dir;
use crate::wild::{self, Case, Way, ways};
use crate::workspace::{Version, Workspace};

/// The folder that the archive unpacks to.
const FOLDER: &str = "leak-lab";
/// The line in a kit's cargo configuration between the workshop's own part and the kit's.
const MARK: &str = "\n# The dependencies lie beside this.\n";
/// The folders that are left out where there is no git to list the workshop's files.
const LEFT_OUT: [&str; 4] = ["target", state_dir::STATE_DIR, "vendor", ".git"];

/// Packs everything that a room without a network needs into the archive `out`. Missing recordings are
/// made, `seconds` long; 0 leaves out all recordings. Nothing appears at `out` before it is complete.
pub fn pack(
    workspace: &Workspace,
    seconds: u64,
    out: &Path,
    progress: &Progress,
) -> anyhow::Result<()> {
    let staging = cleanup::Folder::new()?;
    let kit = staging.path().join(FOLDER);
    progress.stage("Copying the sources");
    copy_sources(&workspace.root, &kit)?;
    copy_shipped(workspace, &kit)?;
    if seconds > 0 {
        add_recordings(workspace, &kit, seconds, progress)?;
    }
    progress.stage("Copying the dependencies");
    let configuration =
        cargo::vendor(&workspace.root, &wild_folders(&workspace.root, &kit)?, &kit.join("vendor"))?;
    let file = kit.join(".cargo/config.toml");
    let own = fs::read_to_string(&file).unwrap_or_default();
    // Packed from inside a kit, the configuration has this part already.
    let own = own.split_once(MARK).map_or(own.as_str(), |(own, _)| own);
    files::write(&file, format!("{own}{MARK}{configuration}").as_bytes())
        .context("the configuration of the kit cannot be written")?;
    progress.stage("Packing");
    let archive = staging.path().join("kit.tar.gz");
    tar(staging.path(), &archive)?;
    files::write(out, &fs::read(&archive)?)
        .with_context(|| format!("{} cannot be written", out.display()))
}

/// Copies the workshop's files: those that git lists, or without git all but build output and state.
fn copy_sources(root: &Path, kit: &Path) -> anyhow::Result<()> {
    for file in listed(root)? {
        let from = root.join(&file);
        // Git still lists a file that was deleted but not committed.
        if !from.is_file() {
            continue;
        }
        let to = kit.join(&file);
        fs::create_dir_all(to.parent().unwrap_or(kit))
            .and_then(|()| fs::copy(&from, &to))
            .with_context(|| format!("{file} cannot be copied"))?;
    }
    Ok(())
}

fn listed(root: &Path) -> anyhow::Result<Vec<String>> {
    let git = Command::new("git")
        .arg("-C")
        .arg(root)
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .stdin(Stdio::null())
        .output();
    if let Some(listed) = git.ok().filter(|output| output.status.success()) {
        let text = String::from_utf8(listed.stdout).context("a file's name is not UTF-8")?;
        return Ok(text.split_terminator('\0').map(str::to_owned).collect());
    }
    let mut all = Vec::new();
    for entry in fs::read_dir(root)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if LEFT_OUT.contains(&name.as_str()) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            let below = files::files_below(&entry.path())?;
            all.extend(below.into_iter().map(|file| format!("{name}/{file}")));
            // Hidden, so it is not among them.
            let configuration = format!("{name}/.cargo/config.toml");
            all.extend(root.join(&configuration).is_file().then_some(configuration));
        } else {
            all.push(name);
        }
    }
    Ok(all)
}

/// Writes the shipped version of every exercise, even if it is edited here, and the saved copy that
/// `reset` restores it from.
fn copy_shipped(workspace: &Workspace, kit: &Path) -> anyhow::Result<()> {
    for exercise in &workspace.exercises {
        let target = kit.join(exercise.folder(Version::Exercise));
        let copy = state_dir::shipped(kit, &exercise.name);
        if target.exists() {
            fs::remove_dir_all(&target)?;
        }
        for (file, bytes) in Shipped::find(exercise)?.files()? {
            for folder in [&target, &copy] {
                files::write(&folder.join(&file), &bytes)
                    .with_context(|| format!("{file} of {} cannot be copied", exercise.name))?;
            }
        }
    }
    Ok(())
}

/// The workspaces whose dependencies the cases in the wild of the `kit` need: each as it is pinned, and as it
/// is after the recorded update, laid out below the target folder of the workshop at `root`.
fn wild_folders(root: &Path, kit: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut folders: Vec<PathBuf> = wild::cases(kit)?.iter().map(Case::folder).collect();
    for case in wild::cases(root)? {
        for (name, way, patch) in ways::recorded(&case) {
            if way == Way::Update {
                folders.push(ways::lay_out(&case, name, &patch)?);
            }
        }
    }
    Ok(folders)
}

/// Adds a recording of each exercise: the facilitator's own, or a new one.
fn add_recordings(
    workspace: &Workspace,
    kit: &Path,
    seconds: u64,
    progress: &Progress,
) -> anyhow::Result<()> {
    let folder = kit.join(demo_plan::RECORDINGS);
    fs::create_dir_all(&folder)?;
    let own = demo_plan::own_recordings();
    let mut missing = Vec::new();
    for (index, exercise) in workspace.exercises.iter().enumerate() {
        let name = format!("{}.jsonl", exercise.name);
        let file = own.as_ref().map(|own| own.join(&name)).filter(|file| file.is_file());
        match file {
            Some(file) => drop(fs::copy(file, folder.join(&name))?),
            None => missing.push(index),
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    let recorder = Recorder::build(workspace, progress)?;
    for index in missing {
        let name = &workspace.exercises[index].name;
        progress.stage(&format!("Recording {name} for {seconds} s"));
        recorder
            .record(index, seconds, &folder)
            .with_context(|| format!("{name} cannot be recorded"))?;
    }
    Ok(())
}

/// Packs the folder with `tar`, which every supported system has.
fn tar(folder: &Path, out: &Path) -> anyhow::Result<()> {
    let packed = Command::new("tar")
        .arg("-czf")
        .arg(out)
        .arg("-C")
        .arg(folder)
        .arg(FOLDER)
        .stdin(Stdio::null())
        .output()
        .context("tar cannot be started; is it installed?")?;
    let message = String::from_utf8_lossy(&packed.stderr);
    anyhow::ensure!(
        packed.status.success(),
        "{} cannot be packed: {}",
        out.display(),
        message.trim()
    );
    Ok(())
}
