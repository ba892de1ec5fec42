//! Records a run of an exercise for the facilitator's page, ahead of time.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context as _;
use exercise_harness::cleanup::{Folder, Process};
use exercise_harness::plan::Plan;

use crate::build;
use crate::demo_plan;
use crate::files;
use crate::progress::Progress;
use crate::workspace::Workspace;

/// Everything that a recording needs, built.
#[derive(Debug)]
pub struct Recorder {
    /// Every exercise, in teaching order.
    pub plan: Plan,
    program: PathBuf,
    root: PathBuf,
}

impl Recorder {
    /// Builds all versions and the page.
    pub fn build(workspace: &Workspace, progress: &Progress) -> anyhow::Result<Self> {
        let built = build::all(workspace, false, progress)?;
        progress.stage("Building the page");
        let program = build::program(workspace, demo_plan::PROGRAM, progress)?;
        let root = workspace.root.clone();
        Ok(Self { plan: demo_plan::live(workspace, &built)?, program, root })
    }

    /// Records the exercise at `index` for about this many seconds in `folder`, and returns the file. It
    /// replaces an older recording there once it is complete.
    pub fn record(&self, index: usize, seconds: u64, folder: &Path) -> anyhow::Result<PathBuf> {
        files::check_writable(folder)?;
        let staging = Folder::new_in(folder)?;
        let plan = Plan { first: index, ..self.plan.clone() };
        let name = format!("{}.jsonl", plan.exercises[index].name);
        let file = staging.path().join(&name);
        let mut command = Command::new(&self.program);
        command
            .arg("--plan")
            .arg(demo_plan::write(&self.root, &plan)?)
            .arg("--record")
            .arg(&file)
            .args(["--unattended", &seconds.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        // A signal ends it before it can remove its own temporary files.
        for variable in ["TMPDIR", "TMP", "TEMP"] {
            command.env(variable, staging.path());
        }
        let (child, _process) = Process::start_group(&mut command)
            .with_context(|| format!("{} cannot be started", self.program.display()))?;
        let recorded = child.wait_with_output()?;
        let message = String::from_utf8_lossy(&recorded.stderr).trim().to_owned();
        anyhow::ensure!(recorded.status.success(), "{message}");
        // The recording contains failures too, and must not be shown then.
        let text = fs::read_to_string(&file)
            .with_context(|| format!("the recording {} is missing", file.display()))?;
        anyhow::ensure!(
            !text.contains(r#""what":"failed""#),
            "a process failed during the recording"
        );
        let frames = text.lines().filter(|line| line.contains(r#""record":"frame""#)).count();
        anyhow::ensure!(frames > 8, "it has only {frames} readings");
        let place = folder.join(name);
        fs::rename(&file, &place)
            .with_context(|| format!("{} cannot be written", place.display()))?;
        Ok(place)
    }
}
