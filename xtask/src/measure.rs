//! The one place that runs trials: each in a process of its own, as many at once as there are
//! cores.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use exercise_harness::event::Event;
use exercise_harness::isolated::{self, TrialRun};
use exercise_harness::{SoakSettings, listing};

pub use exercise_harness::trial::{
    BEHAVIOUR_PREFIX as BEHAVIOURS, GROWTH, MEMORY_PREFIX as MEMORY, PHASES,
};

/// A trial to be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// The memory test of one version.
    pub binary: PathBuf,
    /// The trial's full name.
    pub trial: String,
    /// How to run a soak.
    pub settings: SoakSettings,
}

/// A trial that was run.
#[derive(Debug, Clone)]
pub struct Measured {
    /// The trial's full name.
    pub trial: String,
    /// How it ended, and what it measured until then.
    pub ended: TrialRun,
}

/// What happens while jobs run.
#[derive(Debug)]
pub enum Note<'a> {
    /// The job's trial has streamed an event.
    Event(&'a Event),
    /// The job is done.
    Done(&'a Measured),
}

/// The names of the trials of the memory test `binary` that begin with `prefix`, in its order.
///
/// # Errors
/// When the test cannot be run or does not list its trials.
pub fn trials(binary: &Path, prefix: &str) -> anyhow::Result<Vec<String>> {
    let names = listing::trial_names(binary)?.into_iter();
    Ok(names.filter(|name| name.starts_with(prefix)).collect())
}

/// A job for each trial of `binary` whose name begins with `prefix`.
///
/// # Errors
/// As [`trials`].
pub fn jobs(binary: &Path, prefix: &str, settings: SoakSettings) -> anyhow::Result<Vec<Job>> {
    let job = |trial| Job { binary: binary.to_owned(), trial, settings };
    Ok(trials(binary, prefix)?.into_iter().map(job).collect())
}

/// Runs `jobs`, several at once, and returns what came of each, in the same order. `see` is called
/// on this thread with the job's index and what happens to it; when it returns an error, no further
/// job is begun, and the error is returned.
///
/// # Errors
/// When a trial's process cannot be started or watched, and what `see` returns. How the trials
/// themselves went is in the results.
pub fn run(
    jobs: &[Job],
    mut see: impl FnMut(usize, Note<'_>) -> anyhow::Result<()>,
) -> anyhow::Result<Vec<Measured>> {
    enum Told {
        Event(Event),
        Done(anyhow::Result<Measured>),
    }
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let (next, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
    let mut measured: Vec<Option<Measured>> = jobs.iter().map(|_| None).collect();
    let mut failed = None;
    thread::scope(|scope| {
        let (tell, told) = mpsc::channel();
        for _ in 0..cores.min(jobs.len()) {
            let (tell, next, stop) = (tell.clone(), &next, &stop);
            scope.spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(job) = jobs.get(index) else { break };
                    // Nobody listens any more after an error; the trial is waited for all the same.
                    let result = isolated::run(&job.binary, &job.trial, job.settings, |event| {
                        let _ = tell.send((index, Told::Event(event.clone())));
                    });
                    let done = result.map(|ended| Measured { trial: job.trial.clone(), ended });
                    let _ = tell.send((index, Told::Done(done)));
                }
            });
        }
        drop(tell);
        for (index, told) in told {
            let seen = match told {
                Told::Event(event) => see(index, Note::Event(&event)),
                Told::Done(Ok(result)) => {
                    let seen = see(index, Note::Done(&result));
                    measured[index] = Some(result);
                    seen
                }
                Told::Done(Err(error)) => Err(error),
            };
            if let Err(error) = seen {
                stop.store(true, Ordering::Relaxed);
                failed = Some(error);
                break;
            }
        }
    });
    failed.map_or_else(|| Ok(measured.into_iter().flatten().collect()), Err)
}
