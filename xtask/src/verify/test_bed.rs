//! Builds and runs trials for `verify`, in the workshop and in scratch workspaces.

use std::path::{Path, PathBuf};

use exercise_harness::SoakSettings;

use crate::build;
use crate::cargo::{self, Build, Selection};
use crate::measure::{self, Job};
use crate::progress::Progress;
use crate::workspace::Workspace;

use super::trials::Trials;

/// Every version, built, and the means to build and measure more.
#[derive(Debug)]
pub struct TestBed<'a> {
    /// The build of every version.
    pub build: Build,
    /// The target folder.
    pub target: PathBuf,
    progress: &'a Progress,
}

impl<'a> TestBed<'a> {
    /// Builds every version of every exercise, as the other commands do.
    pub fn set_up(workspace: &Workspace, progress: &'a Progress) -> anyhow::Result<Self> {
        let build = build::tree(workspace, false, progress)?;
        let target = cargo::target_folder(&workspace.root)?;
        Ok(Self { build, target, progress })
    }

    /// Builds `packages` of the workspace in `folder`, in the same target folder.
    pub fn build_scratch(
        &self,
        stage: &str,
        folder: &Path,
        packages: &[String],
    ) -> anyhow::Result<Build> {
        self.progress.stage(stage);
        let target_folder = Some(self.target.as_path());
        let selection =
            Selection { workspace: folder, packages, release: false, locked: false, target_folder };
        cargo::build(selection, self.progress.detail())
    }

    /// Runs the chosen trials of each memory test, several at once, with `settings` for their soaks.
    /// Returns the results of each test.
    pub fn measure(
        &self,
        stage: &str,
        settings: SoakSettings,
        chosen: &[(&Path, &[String])],
    ) -> anyhow::Result<Vec<Trials>> {
        self.progress.stage(stage);
        let (mut tests, mut jobs) = (Vec::new(), Vec::new());
        for (test, (binary, trials)) in chosen.iter().enumerate() {
            for trial in *trials {
                tests.push(test);
                jobs.push(Job { binary: binary.to_path_buf(), trial: trial.clone(), settings });
            }
        }
        let mut done = 0;
        let measured = measure::run(&jobs, |job, note| {
            done += usize::from(matches!(note, measure::Note::Done(_)));
            self.progress.trial(done, jobs.len(), &jobs[job].trial, &note);
            Ok(())
        })?;
        let mut results = vec![Trials::new(); chosen.len()];
        for (test, measured) in tests.into_iter().zip(measured) {
            results[test].insert(measured.trial, measured.ended);
        }
        Ok(results)
    }
}
