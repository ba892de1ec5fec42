//! How much may be kept after many large projects.

use exercise_harness::{Bound, Context};
use leak_meter::{HeapCounts, Resource};

use crate::tracker::Project;
use crate::{MAX_TASKS, ProjectArchive, Tracker};

const WORKERS: usize = 4;
/// How many projects they pack in all.
const PROJECTS: u32 = 40;
/// The longest text, in bytes.
const TEXT: usize = 200;
/// What one task may need while its project is packed: its text, its line, and what is known of it.
const BYTES_PER_TASK: usize = 2 * TEXT + 200;
/// Further bytes that may be kept.
const SLACK: u64 = 64 * 1024;
const SERVICES: u64 = 50;

/// Packs many large projects: each worker may keep twice the room for one.
pub fn large_projects<S: ProjectArchive>(_: &Context) -> Bound {
    let tracker = tracker();
    let before = HeapCounts::now().live_bytes();
    let service = S::start(WORKERS, tracker.clone());
    pack(&service, &tracker);
    Bound {
        resource: Resource::LiveBytes,
        measured: HeapCounts::now().live_bytes().saturating_sub(before),
        limit: (2 * WORKERS * MAX_TASKS * BYTES_PER_TASK) as u64 + SLACK,
        after: format!("{WORKERS} workers packed {PROJECTS} of the largest projects,"),
    }
}

/// Starts and ends many services: nothing of their workers may be kept.
pub fn many_restarts<S: ProjectArchive>(_: &Context) -> Bound {
    let tracker = tracker();
    let before = HeapCounts::now().live_bytes();
    for _ in 0..SERVICES {
        let service = S::start(WORKERS, tracker.clone());
        let done = tracker.done();
        let requested = (0..2).filter(|project| service.request(*project)).count() as u64;
        tracker.wait_for(done + requested);
    }
    Bound {
        resource: Resource::LiveBytes,
        measured: HeapCounts::now().live_bytes().saturating_sub(before),
        limit: SLACK,
        after: format!("{SERVICES} services of {WORKERS} workers were started and ended,"),
    }
}

fn tracker() -> Tracker {
    let tracker = Tracker::new(false);
    (0..PROJECTS).for_each(|project| {
        tracker.put(project, Project { seed: project.into(), ..Project::new(MAX_TASKS, TEXT) });
    });
    tracker
}

fn pack<S: ProjectArchive>(service: &S, tracker: &Tracker) {
    let requested = (0..PROJECTS).filter(|project| service.request(*project)).count() as u64;
    tracker.wait_for(requested);
}
