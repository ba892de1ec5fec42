//! Builds and tests in the background, one task at a time; a new task cancels the old one.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::Sender;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::Context as _;
use exercise_harness::SoakSettings;
use exercise_harness::cleanup;

use super::Message;
use super::state::{Details, Tested};
use crate::build;
use crate::cargo::Built;
use crate::document::VersionResult;
use crate::judgement::{self, Answer, Judgement};
use crate::last_result::{self, LastResult};
use crate::measure::{self, BEHAVIOURS, GROWTH, Job, Measured, Note};
use crate::workspace::{Exercise, Version, Workspace};

/// The polling interval while a task is being cancelled.
const POLL: Duration = Duration::from_millis(5);

/// A task.
#[derive(Debug, Clone)]
pub enum Task {
    /// Test one exercise.
    Test {
        /// The exercise.
        exercise: Exercise,
        /// Whether to build every version, as the other commands do. The first build must, so that all
        /// shared dependencies are built. Later ones build only the exercise's own package, which
        /// rebuilds nothing else because every exercise has the same dependencies and features.
        everything: bool,
    },
    /// Measure other versions of one exercise.
    Beside {
        /// The exercise.
        exercise: Exercise,
        /// Which versions.
        versions: Vec<Version>,
    },
    /// Test every exercise that is judged.
    All,
    /// Measure the shipped version of one exercise, and compare the learner's answer with it.
    Judge {
        /// The exercise.
        exercise: Exercise,
        /// The answer.
        answer: Answer,
        /// Where it leaks, or why it does not.
        why: String,
    },
}

/// The result of a task.
#[derive(Debug)]
pub enum Done {
    /// One exercise was tested, or did not build.
    Tested(Box<Tested>),
    /// Other versions were measured.
    Beside(Vec<(Version, LastResult)>),
    /// Every exercise that is judged was tested, and the results are stored.
    All,
    /// The answer was compared with this measurement, and is stored.
    Judged(Box<(Judgement, VersionResult)>),
}

/// The task in progress, if any.
pub struct Work {
    workspace: Workspace,
    sender: Sender<Message>,
    number: u64,
    running: Option<(JoinHandle<()>, Arc<AtomicBool>)>,
}

impl Work {
    /// No task yet.
    pub fn new(workspace: Workspace, sender: Sender<Message>) -> Self {
        // Task numbers must differ between sessions.
        static NUMBERS: AtomicU64 = AtomicU64::new(0);
        let number = NUMBERS.fetch_add(1 << 32, Ordering::Relaxed);
        Self { workspace, sender, number, running: None }
    }

    /// Whether `task` is the number of the current task.
    pub fn is_current(&self, task: u64) -> bool {
        task == self.number
    }

    /// Begins `task`, and cancels the current one.
    pub fn begin(&mut self, task: Task) {
        self.cancel();
        self.number += 1;
        let (number, sender, workspace) =
            (self.number, self.sender.clone(), self.workspace.clone());
        let cancelled = Arc::new(AtomicBool::new(false));
        let worker =
            Worker { workspace, sender: sender.clone(), number, cancelled: Arc::clone(&cancelled) };
        let handle = thread::spawn(move || {
            // The receiver is gone at the end.
            let _ = sender.send(Message::Done(number, worker.run(&task)));
        });
        self.running = Some((handle, cancelled));
    }

    /// Cancels the current task, and ends every process that it started.
    pub fn cancel(&mut self) {
        let Some((handle, cancelled)) = self.running.take() else { return };
        cancelled.store(true, Ordering::Relaxed);
        while !handle.is_finished() {
            // Repeatedly, because it may be starting another process.
            cleanup::end_processes();
            thread::sleep(POLL);
        }
    }
}

struct Worker {
    workspace: Workspace,
    sender: Sender<Message>,
    number: u64,
    cancelled: Arc<AtomicBool>,
}

impl Worker {
    fn run(&self, task: &Task) -> anyhow::Result<Done> {
        match task {
            Task::Test { exercise, everything } => {
                let packages = if *everything {
                    self.workspace.packages()
                } else {
                    vec![exercise.package(Version::Exercise)]
                };
                let content = last_result::content_hash(exercise);
                let mut built = self.build(&packages)?;
                let built = built.remove(&exercise.package(Version::Exercise));
                Ok(Done::Tested(Box::new(self.test(exercise, content.as_deref(), built)?)))
            }
            Task::Beside { exercise, versions } => {
                let found = versions.iter().map(|version| self.beside(exercise, *version));
                Ok(Done::Beside(found.collect::<anyhow::Result<_>>()?))
            }
            Task::All => {
                let exercises = &self.workspace.exercises;
                let contents: Vec<_> = exercises.iter().map(last_result::content_hash).collect();
                let mut built = self.build(&self.workspace.packages())?;
                let exercises = exercises.iter().zip(contents);
                for (exercise, content) in
                    exercises.filter(|(exercise, _)| !judgement::is_missing(exercise))
                {
                    let built = built.remove(&exercise.package(Version::Exercise));
                    self.test(exercise, content.as_deref(), built)?;
                }
                Ok(Done::All)
            }
            Task::Judge { exercise, answer, why } => {
                let result = self.measure_growth(exercise, judgement::judged_version(exercise))?;
                let judgement = judgement::hand_in(exercise, *answer, why, &result)?;
                Ok(Done::Judged(Box::new((judgement, result))))
            }
        }
    }

    /// Measures the growth of a version, with its holders.
    fn measure_growth(
        &self,
        exercise: &Exercise,
        version: Version,
    ) -> anyhow::Result<VersionResult> {
        let binary = match self.build_version(exercise, version)?.map(|built| built.test) {
            Some(Ok(binary)) => binary,
            Some(Err(refused)) => return Ok(VersionResult::not_built(version, &refused.message)),
            None => anyhow::bail!("{}/Cargo.toml is missing.", exercise.folder(version)),
        };
        let settings = SoakSettings { holders: Some(true), ..SoakSettings::default() };
        let measured = self.trials(exercise, &[Job::growth(&binary, settings)])?;
        let growth = measured.first().context("the trial has no result")?;
        let rate = exercise.metadata.requests_per_second;
        Ok(VersionResult::of_trial(version, &growth.ended, &exercise.metadata, rate))
    }

    fn build_version(
        &self,
        exercise: &Exercise,
        version: Version,
    ) -> anyhow::Result<Option<Built>> {
        let package = exercise.package(version);
        let mut built = if version == Version::Shipped {
            let on_line = |line: &str| self.progress(&format!("building: {line}"));
            build::shipped(&self.workspace, &[exercise], false, on_line)?
        } else {
            self.build(&self.workspace.packages())?
        };
        Ok(built.remove(&package))
    }

    fn build(&self, packages: &[String]) -> anyhow::Result<BTreeMap<String, Built>> {
        let on_line = |line: &str| self.progress(&format!("building: {line}"));
        Ok(build::packages(&self.workspace, packages, false, on_line)?.packages)
    }

    /// Measures the growth of another version.
    fn beside(
        &self,
        exercise: &Exercise,
        version: Version,
    ) -> anyhow::Result<(Version, LastResult)> {
        let result = match self.build_version(exercise, version)?.map(|built| built.test) {
            Some(Ok(binary)) => {
                let job = Job::growth(&binary, SoakSettings::default());
                LastResult::from_trials(String::new(), exercise, &self.trials(exercise, &[job])?)
            }
            _ => LastResult::not_built(String::new()),
        };
        Ok((version, result))
    }

    /// Runs every trial of a built exercise, and stores the result with the hash `content`. Of one that is
    /// not judged yet, runs only what does not tell whether it leaks.
    fn test(
        &self,
        exercise: &Exercise,
        content: Option<&str>,
        built: Option<Built>,
    ) -> anyhow::Result<Tested> {
        let warnings = built.as_ref().map(|built| built.warnings.clone()).unwrap_or_default();
        let is_secret = judgement::is_missing(exercise);
        let details = match built.map(|built| built.test) {
            Some(Ok(binary)) if is_secret => Details::Window(self.window(exercise, &binary)?),
            Some(Ok(binary)) => Details::Measured(self.measure(exercise, &binary)?),
            Some(Err(refused)) => Details::DidNotBuild(refused.message),
            None => {
                let folder = exercise.folder(Version::Exercise);
                Details::DidNotBuild(format!("{folder}/Cargo.toml is missing."))
            }
        };
        // A cancelled task has no result.
        anyhow::ensure!(!self.cancelled.load(Ordering::Relaxed), "cancelled");
        let hash = content.unwrap_or_default().to_owned();
        let result = match &details {
            Details::Measured(measured) | Details::Window(measured) => {
                LastResult::from_trials(hash, exercise, measured)
            }
            Details::DidNotBuild(_) => LastResult::not_built(hash),
        };
        if content.is_some() && !matches!(details, Details::Window(_)) {
            last_result::remember(exercise, &result);
        }
        Ok(Tested { result, warnings, details })
    }

    /// The behaviours, and the growth in the window.
    fn window(&self, exercise: &Exercise, binary: &Path) -> anyhow::Result<Vec<Measured>> {
        let mut jobs = measure::jobs(binary, BEHAVIOURS, SoakSettings::default())?;
        jobs.push(Job::growth(binary, judgement::window(exercise)));
        self.trials(exercise, &jobs)
    }

    fn measure(&self, exercise: &Exercise, binary: &Path) -> anyhow::Result<Vec<Measured>> {
        let mut jobs = measure::jobs(binary, "", SoakSettings::default())?;
        anyhow::ensure!(!jobs.is_empty(), "The memory test of {} has no trials.", exercise.name);
        let order: Vec<String> = jobs.iter().map(|job| job.trial.clone()).collect();
        // The longest trial first, so that it does not run alone at the end.
        jobs.sort_by_key(|job| job.trial != GROWTH);
        let mut measured = self.trials(exercise, &jobs)?;
        let index = |measured: &Measured| order.iter().position(|name| *name == measured.trial);
        measured.sort_by_key(index);
        Ok(measured)
    }

    fn trials(&self, exercise: &Exercise, jobs: &[Job]) -> anyhow::Result<Vec<Measured>> {
        let mut done = 0;
        measure::run(jobs, |_, note| {
            anyhow::ensure!(!self.cancelled.load(Ordering::Relaxed), "cancelled");
            if matches!(note, Note::Done(_)) {
                done += 1;
                self.progress(&format!(
                    "testing {}: {done} of {} trials",
                    exercise.name,
                    jobs.len()
                ));
            }
            Ok(())
        })
    }

    fn progress(&self, text: &str) {
        let _ = self.sender.send(Message::Progress(self.number, text.to_owned()));
    }
}
