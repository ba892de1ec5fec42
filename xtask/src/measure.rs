//! Runs trials in parallel, each in a process of its own, as many at once as there are cores.
//!
//! Two commands run a single trial themselves: `profile` under another tool, and
//! `run --until-oom` within a memory limit.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use anyhow::Context as _;
use exercise_harness::SoakSettings;
use exercise_harness::event::Event;
use exercise_harness::isolated::{self, TrialRun};
use exercise_harness::listing;

pub use exercise_harness::trial::{
    BEHAVIOUR_PREFIX as BEHAVIOURS, GROWTH, MEMORY_PREFIX as MEMORY, PHASES,
};

/// A trial to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// The memory test of one version.
    pub binary: PathBuf,
    /// The trial's full name.
    pub trial: String,
    /// The settings of its soak, if it is one.
    pub settings: SoakSettings,
}

impl Job {
    /// The growth trial of the memory test `binary`.
    pub fn growth(binary: &Path, settings: SoakSettings) -> Self {
        Self { binary: binary.to_owned(), trial: GROWTH.to_owned(), settings }
    }
}

/// A trial that was run.
#[derive(Debug, Clone)]
pub struct Measured {
    /// The trial's full name.
    pub trial: String,
    /// How it ended, and its measurements until then.
    pub ended: TrialRun,
}

/// Something that happens while jobs run.
#[derive(Debug)]
pub enum Note<'a> {
    /// The job's trial streamed an event.
    Event(&'a Event),
    /// The job is done.
    Done(&'a Measured),
}

/// The names of the trials in the memory test `binary` that begin with `prefix`, in its order.
pub fn trials(binary: &Path, prefix: &str) -> anyhow::Result<Vec<String>> {
    let names = listing::trial_names(binary)?.into_iter();
    Ok(names.filter(|name| name.starts_with(prefix)).collect())
}

/// A job for each trial of `binary` whose name begins with `prefix`.
pub fn jobs(binary: &Path, prefix: &str, settings: SoakSettings) -> anyhow::Result<Vec<Job>> {
    let job = |trial| Job { binary: binary.to_owned(), trial, settings };
    Ok(trials(binary, prefix)?.into_iter().map(job).collect())
}

/// Runs the growth trial of the memory test `binary`. `on_note` is called as by [`run`].
pub fn growth(
    binary: &Path,
    settings: SoakSettings,
    mut on_note: impl FnMut(Note<'_>),
) -> anyhow::Result<TrialRun> {
    let measured = run(&[Job::growth(binary, settings)], |_, note| {
        on_note(note);
        Ok(())
    })?;
    Ok(measured.into_iter().next().context("the trial has no result")?.ended)
}

/// Runs `jobs`, several at once, and returns their results in the same order. `on_note` is called on
/// this thread with the job's index; when it returns an error, no further job starts and that error
/// is returned.
pub fn run(
    jobs: &[Job],
    mut on_note: impl FnMut(usize, Note<'_>) -> anyhow::Result<()>,
) -> anyhow::Result<Vec<Measured>> {
    enum Message {
        Event(Event),
        Done(anyhow::Result<Measured>),
    }
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let (next, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
    let mut measured: Vec<Option<Measured>> = jobs.iter().map(|_| None).collect();
    let mut failed = None;
    thread::scope(|scope| {
        let (sender, receiver) = mpsc::channel();
        for _ in 0..cores.min(jobs.len()) {
            let (sender, next, stop) = (sender.clone(), &next, &stop);
            scope.spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(job) = jobs.get(index) else { break };
                    // After an error nobody receives this, but the trial is still waited for.
                    let result = isolated::run(&job.binary, &job.trial, job.settings, |event| {
                        let _ = sender.send((index, Message::Event(event.clone())));
                    });
                    let done = result.map(|ended| Measured { trial: job.trial.clone(), ended });
                    let _ = sender.send((index, Message::Done(done)));
                }
            });
        }
        drop(sender);
        for (index, message) in receiver {
            let noted = match message {
                Message::Event(event) => on_note(index, Note::Event(&event)),
                Message::Done(Ok(result)) => {
                    let noted = on_note(index, Note::Done(&result));
                    measured[index] = Some(result);
                    noted
                }
                Message::Done(Err(error)) => Err(error),
            };
            if let Err(error) = noted {
                stop.store(true, Ordering::Relaxed);
                failed = Some(error);
                break;
            }
        }
    });
    failed.map_or_else(|| Ok(measured.into_iter().flatten().collect()), Err)
}
