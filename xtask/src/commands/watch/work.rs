//! Builds and tests in the background, one task at a time; a newer one ends the older.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use exercise_harness::{SoakSettings, cleanup};

use super::Told;
use super::state::{Tested, What};
use crate::cargo::{self, Built, Selection};
use crate::commands::prepare;
use crate::finding::{self, Finding};
use crate::measure::{self, GROWTH, Job, Measured, Note};
use crate::workspace::{Entry, Version, Workspace};

/// How often a task that is given up is looked after.
const LOOK: Duration = Duration::from_millis(5);

/// What there is to do.
#[derive(Debug, Clone)]
pub enum Task {
    /// One exercise, as it is now.
    Test {
        /// The exercise.
        entry: Entry,
        /// Whether every version is built, as the other commands do: once, so that what all
        /// exercises stand on is there. After that its own package alone is built, which, with the
        /// same dependencies in every exercise, gives the same features and rebuilds nothing.
        everything: bool,
    },
    /// Other versions of one exercise.
    Beside {
        /// The exercise.
        entry: Entry,
        /// Which versions.
        versions: Vec<Version>,
    },
    /// Every exercise.
    All,
}

/// What came of it.
#[derive(Debug)]
pub enum Done {
    /// One exercise was tested, or could not be built.
    Tested(Box<Tested>),
    /// Other versions were measured: those that could be.
    Beside(Vec<(Version, Finding)>),
    /// Every exercise was; what was found of each is remembered.
    All,
}

/// The one task under way.
pub struct Work {
    workspace: Workspace,
    tell: Sender<Told>,
    number: u64,
    running: Option<(JoinHandle<()>, Arc<AtomicBool>)>,
}

impl Work {
    /// Nothing to do yet.
    pub fn new(workspace: Workspace, tell: Sender<Told>) -> Self {
        // Numbers of one bench are not taken for those of another.
        static NUMBERS: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
        let number = NUMBERS.fetch_add(1 << 32, Ordering::Relaxed);
        Self { workspace, tell, number, running: None }
    }

    /// Whether `task` is the number of the newest task.
    pub fn is_current(&self, task: u64) -> bool {
        task == self.number
    }

    /// Begins `task`, instead of the one under way.
    pub fn begin(&mut self, task: Task) {
        self.cancel();
        self.number += 1;
        let (number, tell, workspace) = (self.number, self.tell.clone(), self.workspace.clone());
        let given_up = Arc::new(AtomicBool::new(false));
        let doer = Doer { workspace, tell: tell.clone(), number, given_up: Arc::clone(&given_up) };
        let handle = thread::spawn(move || {
            // Nobody listens any more at the end.
            let _ = tell.send(Told::Done(number, doer.run(&task)));
        });
        self.running = Some((handle, given_up));
    }

    /// Gives the task under way up, and ends all that it has started.
    pub fn cancel(&mut self) {
        let Some((handle, given_up)) = self.running.take() else { return };
        given_up.store(true, Ordering::Relaxed);
        while !handle.is_finished() {
            // Again and again, since it may just be starting something.
            cleanup::end_processes();
            thread::sleep(LOOK);
        }
    }
}

struct Doer {
    workspace: Workspace,
    tell: Sender<Told>,
    number: u64,
    given_up: Arc<AtomicBool>,
}

impl Doer {
    fn run(&self, task: &Task) -> anyhow::Result<Done> {
        match task {
            Task::Test { entry, everything } => {
                let packages = if *everything {
                    self.workspace.packages()
                } else {
                    vec![Version::Exercise.package(&entry.name)]
                };
                let content = finding::content(&self.workspace, entry);
                let mut built = self.build(&packages)?;
                let built = built.remove(&Version::Exercise.package(&entry.name));
                Ok(Done::Tested(Box::new(self.test(entry, content.as_deref(), built)?)))
            }
            Task::Beside { entry, versions } => {
                let found = versions.iter().map(|version| self.beside(entry, *version));
                Ok(Done::Beside(found.collect::<anyhow::Result<_>>()?))
            }
            Task::All => {
                let entries = &self.workspace.exercises;
                let content = |entry| finding::content(&self.workspace, entry);
                let contents: Vec<Option<String>> = entries.iter().map(content).collect();
                let mut built = self.build(&self.workspace.packages())?;
                for (entry, content) in entries.iter().zip(contents) {
                    let built = built.remove(&Version::Exercise.package(&entry.name));
                    self.test(entry, content.as_deref(), built)?;
                }
                Ok(Done::All)
            }
        }
    }

    fn build(
        &self,
        packages: &[String],
    ) -> anyhow::Result<std::collections::BTreeMap<String, Built>> {
        let selection = Selection {
            workspace: &self.workspace.root,
            packages,
            release: false,
            target_folder: None,
        };
        let tell = |line: &str| self.progress(&format!("building: {line}"));
        Ok(cargo::build(selection, tell)?.packages)
    }

    /// What the growth of another version is.
    fn beside(&self, entry: &Entry, version: Version) -> anyhow::Result<(Version, Finding)> {
        let package = version.package(&entry.name);
        let mut built = if version == Version::Shipped {
            let tell = |line: &str| self.progress(&format!("building: {line}"));
            prepare::build_shipped(&self.workspace, &[entry], false, tell)?
        } else {
            self.build(&self.workspace.packages())?
        };
        let finding = match built.remove(&package).map(|built| built.test) {
            Some(Ok(binary)) => {
                let settings = SoakSettings::default();
                let job = Job { binary, trial: GROWTH.to_owned(), settings };
                Finding::of(String::new(), entry, &self.trials(entry, &[job])?)
            }
            _ => Finding::not_built(String::new()),
        };
        Ok((version, finding))
    }

    /// Runs every trial of what was built of `entry`, and remembers what was found of `content`.
    fn test(
        &self,
        entry: &Entry,
        content: Option<&str>,
        built: Option<Built>,
    ) -> anyhow::Result<Tested> {
        let what = match built.map(|built| built.test) {
            Some(Ok(binary)) => What::Measured(self.measure(entry, &binary)?),
            Some(Err(refused)) => What::DidNotBuild(refused.message),
            None => {
                let folder = Version::Exercise.folder(&entry.name);
                What::DidNotBuild(format!("{folder}/Cargo.toml is not there."))
            }
        };
        // What is ended because it was given up has found nothing.
        anyhow::ensure!(!self.given_up.load(Ordering::Relaxed), "given up");
        let hash = content.unwrap_or_default().to_owned();
        let finding = match &what {
            What::Measured(measured) => Finding::of(hash, entry, measured),
            What::DidNotBuild(_) => Finding::not_built(hash),
        };
        if content.is_some() {
            finding::remember(&self.workspace, entry, &finding);
        }
        Ok(Tested { finding, what })
    }

    fn measure(&self, entry: &Entry, binary: &std::path::Path) -> anyhow::Result<Vec<Measured>> {
        let mut jobs = measure::jobs(binary, "", SoakSettings::default())?;
        anyhow::ensure!(!jobs.is_empty(), "The memory test of {} has no trials.", entry.name);
        let order: Vec<String> = jobs.iter().map(|job| job.trial.clone()).collect();
        // The longest first, so that it is not waited for alone at the end.
        jobs.sort_by_key(|job| job.trial != GROWTH);
        let mut measured = self.trials(entry, &jobs)?;
        let place = |measured: &Measured| order.iter().position(|name| *name == measured.trial);
        measured.sort_by_key(place);
        Ok(measured)
    }

    fn trials(&self, entry: &Entry, jobs: &[Job]) -> anyhow::Result<Vec<Measured>> {
        let mut done = 0;
        measure::run(jobs, |_, note| {
            anyhow::ensure!(!self.given_up.load(Ordering::Relaxed), "given up");
            if matches!(note, Note::Done(_)) {
                done += 1;
                self.progress(&format!("testing {}: {done} of {} trials", entry.name, jobs.len()));
            }
            Ok(())
        })
    }

    fn progress(&self, text: &str) {
        let _ = self.tell.send(Told::Progress(self.number, text.to_owned()));
    }
}
