//! A recording of each exercise, made while nobody waits for it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context as _;
use exercise_harness::plan::Plan;

use super::checks::Check;
use crate::cargo;
use crate::commands::{demo, prepare};
use crate::lineup;
use crate::show::progress::Progress;
use crate::workspace::Workspace;

const NAME: &str = "recordings";

/// What is to be recorded, and by what.
#[derive(Debug)]
pub struct Shown {
    pub plan: Plan,
    pub program: PathBuf,
    pub root: PathBuf,
}

impl Shown {
    /// Builds all versions and the page.
    ///
    /// # Errors
    /// When a build could not begin, or the page does not build.
    pub fn build(workspace: &Workspace, progress: &Progress) -> anyhow::Result<Self> {
        let built = prepare::build_all(workspace, false, progress)?;
        progress.stage("Building the page");
        let program = cargo::build_program(&workspace.root, demo::PROGRAM, progress.detail())?;
        let root = workspace.root.clone();
        Ok(Self { plan: lineup::plan(workspace, &built)?, program, root })
    }
}

/// Records the exercise at the place `at` in the facilitator's own folder.
pub fn one(shown: &Shown, at: usize, seconds: u64) -> Check {
    let name = &shown.plan.exercises[at].name;
    let Some(folder) = lineup::own_recordings() else {
        return Check::missing(
            NAME,
            "There is no home folder to keep recordings in.",
            "Set HOME or XDG_DATA_HOME.",
        );
    };
    match into(shown, at, seconds, &folder) {
        Ok(file) => Check::good(NAME, file.display().to_string()),
        Err(error) => Check::missing(
            NAME,
            format!("{name} was not recorded: {error:#}"),
            format!("See it live: cargo xtask demo {name}"),
        ),
    }
}

/// Records the exercise at the place `at` in `folder`, and says where.
///
/// # Errors
/// When the file cannot be written, or the run does not come to its end.
pub fn into(shown: &Shown, at: usize, seconds: u64, folder: &Path) -> anyhow::Result<PathBuf> {
    fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let plan = Plan { first: at, ..shown.plan.clone() };
    let file = folder.join(format!("{}.jsonl", plan.exercises[at].name));
    let recorded = Command::new(&shown.program)
        .arg("--plan")
        .arg(demo::write(&shown.root, &plan)?)
        .arg("--record")
        .arg(&file)
        .args(["--unattended", &seconds.to_string()])
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("{} cannot be started", shown.program.display()))?;
    let said = String::from_utf8_lossy(&recorded.stderr).trim().to_owned();
    anyhow::ensure!(recorded.status.success(), "{said}");
    // What failed on the way is in the recording, and must not be shown on the day.
    let text = fs::read_to_string(&file)
        .with_context(|| format!("the recording {} is not there", file.display()))?;
    anyhow::ensure!(!text.contains(r#""what":"failed""#), "a process failed while it was recorded");
    let frames = text.lines().filter(|line| line.contains(r#""record":"frame""#)).count();
    anyhow::ensure!(frames > 8, "it has {frames} readings only");
    Ok(file)
}
