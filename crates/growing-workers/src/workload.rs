//! The workload of the soak: downloads of many small projects and of few large ones.

use exercise_harness::Context;
use fastrand::Rng;
use leak_meter::{Operation, Report};

use crate::tracker::Project;
use crate::{MAX_TASKS, ProjectArchive, Tracker};

const WORKERS: usize = 16;
/// All projects, several for each worker.
const PROJECTS: u32 = 96;
/// The longest text, in bytes.
const TEXT: usize = 48;

/// Runs many downloads and measures what they leave behind.
pub fn growth<S: ProjectArchive>(context: &Context) -> Report {
    let tracker = Tracker::new(false);
    (0..PROJECTS).for_each(|number| tracker.put(number, Project::new(0, TEXT)));
    let service = S::start(WORKERS, tracker.clone());
    context.soak().run(|operation| download(&service, &tracker, operation))
}

/// One download of a random project, which has changed since its last one.
fn download<S: ProjectArchive>(
    service: &S,
    tracker: &Tracker,
    operation: Operation,
) -> Result<(), String> {
    let mut rng = Rng::with_seed(operation.seed());
    let number = rng.u32(0..PROJECTS);
    let tasks = usize::try_from(tasks(&mut rng)).unwrap_or(MAX_TASKS).min(MAX_TASKS);
    tracker.put(number, Project { tasks, text: TEXT, seed: rng.u64(..) });
    let done = tracker.done() + 1;
    if !service.request(number) {
        return Err("a project waits although everything was delivered".to_owned());
    }
    if tracker.wait_for(done) < done {
        return Err("an archive was not delivered".to_owned());
    }
    Ok(())
}

/// How many tasks a project has: half of all have up to 5, and one in forty has as many as are packed, or more.
fn tasks(rng: &mut Rng) -> u64 {
    let share = rng.u64(1..=1_000);
    1_250_000 / (share * share)
}
