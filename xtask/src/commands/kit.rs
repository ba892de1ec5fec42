//! `kit`: one archive for a room without a network.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context as _;
use exercise_harness::cleanup;

use super::doctor::record;
use super::prepare;
use crate::cargo;
use crate::exit::Exit;
use crate::files;
use crate::lab;
use crate::lineup;
use crate::shipped::Shipped;
use crate::show;
use crate::show::progress::Progress;
use crate::workspace::{Version, Workspace};

/// The folder that the archive unpacks to.
const FOLDER: &str = "leak-lab";
/// What the configuration of a kit has after the workshop's own.
const BESIDE: &str = "\n# The dependencies lie beside this.\n";
/// What a checkout has that no kit needs, where there is no git to say what belongs to it.
const LEFT_OUT: [&str; 4] = ["target", lab::LAB, "vendor", ".git"];

/// Makes one archive for a USB stick: everything that a room without a network needs
///
/// The sources with every exercise as it was shipped, all dependencies with the configuration that
/// uses them, the facilitator's guide, and a recording of each exercise. Whoever unpacks it needs Rust
/// and nothing else.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  cargo xtask kit --out leak-lab-kit.tar.gz
  tar -xzf leak-lab-kit.tar.gz && cd leak-lab && cargo xtask run

Exit code: 0 if it was made, else 2.")]
pub struct Args {
    /// The archive, such as leak-lab-kit.tar.gz
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// How long a recording is that has to be made first, in seconds; 0 for no recordings
    #[arg(long, value_name = "N", default_value_t = 20)]
    seconds: u64,
}

/// Gathers everything in a folder, and packs it.
///
/// # Errors
/// When a part cannot be had, or the archive cannot be written. The sentence says which.
pub fn run(args: &Args) -> anyhow::Result<Exit> {
    let workspace = prepare::workspace()?;
    let out = std::path::absolute(&args.out)?;
    // Before minutes of work: a place that cannot be written to.
    fs::write(&out, "").with_context(|| format!("{} cannot be written", out.display()))?;
    let progress = Progress::new();
    let gathered = cleanup::Folder::new()?;
    let kit = gathered.path().join(FOLDER);
    progress.stage("Copying the sources");
    sources(&workspace.root, &kit)?;
    shipped(&workspace, &kit)?;
    if args.seconds > 0 {
        recordings(&workspace, &kit, args.seconds, &progress)?;
    }
    progress.stage("Copying the dependencies");
    let configuration = cargo::vendor(&workspace.root, &kit.join("vendor"))?;
    let file = kit.join(".cargo/config.toml");
    let own = fs::read_to_string(&file).unwrap_or_default();
    // A kit that is made in a kit says it already.
    let own = own.split_once(BESIDE).map_or(own.as_str(), |(own, _)| own);
    files::write(&file, format!("{own}{BESIDE}{configuration}").as_bytes())
        .context("the configuration of the kit cannot be written")?;
    progress.stage("Packing");
    pack(gathered.path(), &out)?;
    progress.end();
    let size = fs::metadata(&out)?.len();
    show::text(&format!(
        "{} ({})\n",
        args.out.display(),
        exercise_harness::units::bytes(size as f64)
    ))?;
    Ok(Exit::Success)
}

/// Copies what belongs to the workshop: what git knows, or without git what is no by-product.
fn sources(root: &Path, kit: &Path) -> anyhow::Result<()> {
    for file in listed(root)? {
        let from = root.join(&file);
        // A file that was removed and is still known to git.
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
        } else {
            all.push(name);
        }
    }
    Ok(all)
}

/// Every exercise as it was shipped, whatever it is here; and a copy, from which it can be had back.
fn shipped(workspace: &Workspace, kit: &Path) -> anyhow::Result<()> {
    for entry in &workspace.exercises {
        let exercise = kit.join(Version::Exercise.folder(&entry.name));
        let aside = lab::shipped(kit, &entry.name);
        if exercise.exists() {
            fs::remove_dir_all(&exercise)?;
        }
        for (file, bytes) in Shipped::of(&workspace.root, &entry.name)?.files()? {
            for folder in [&exercise, &aside] {
                files::write(&folder.join(&file), &bytes)
                    .with_context(|| format!("{file} of {} cannot be copied", entry.name))?;
            }
        }
    }
    Ok(())
}

/// A recording of each exercise: the facilitator's own, or else one that is made now.
fn recordings(
    workspace: &Workspace,
    kit: &Path,
    seconds: u64,
    progress: &Progress,
) -> anyhow::Result<()> {
    let folder = kit.join(lineup::RECORDINGS);
    fs::create_dir_all(&folder)?;
    let own = lineup::own_recordings();
    let mut missing = Vec::new();
    for (at, entry) in workspace.exercises.iter().enumerate() {
        let name = format!("{}.jsonl", entry.name);
        let file = own.as_ref().map(|own| own.join(&name)).filter(|file| file.is_file());
        match file {
            Some(file) => drop(fs::copy(file, folder.join(&name))?),
            None => missing.push(at),
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    let shown = record::Shown::build(workspace, progress)?;
    for at in missing {
        let name = &workspace.exercises[at].name;
        progress.stage(&format!("Recording {name} for {seconds} s"));
        record::into(&shown, at, seconds, &folder)
            .with_context(|| format!("{name} cannot be recorded"))?;
    }
    Ok(())
}

/// Packs the folder with `tar`, which every supported system has.
fn pack(folder: &Path, out: &Path) -> anyhow::Result<()> {
    let packed = Command::new("tar")
        .arg("-czf")
        .arg(out)
        .arg("-C")
        .arg(folder)
        .arg(FOLDER)
        .stdin(Stdio::null())
        .output()
        .context("tar cannot be started; is it installed?")?;
    let said = String::from_utf8_lossy(&packed.stderr);
    anyhow::ensure!(packed.status.success(), "{} cannot be packed: {}", out.display(), said.trim());
    Ok(())
}
