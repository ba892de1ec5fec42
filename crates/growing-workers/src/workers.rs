//! How many projects are packed at once, and at what cost.

use exercise_harness::Context;
use leak_meter::HeapCounts;

use crate::tracker::Project;
use crate::{MAX_TASKS, ProjectArchive, Tracker};

/// Workers in the check of what is requested again.
const WORKERS: u32 = 4;
/// Workers of the bug report.
const CONFIGURED: u32 = 32;
/// What a small project has.
const SMALL: usize = 10;
/// The longest text, in bytes.
const TEXT: usize = 80;
/// The bytes that each request may need, for a place in a queue.
const BYTES_PER_REQUEST: u64 = 64;
/// The bytes that a worker of small projects may keep.
const BYTES_PER_SMALL_WORKER: u64 = 16 * 1024;

/// Requests these projects and waits for their archives.
fn pack<S: ProjectArchive>(service: &S, tracker: &Tracker, projects: impl Iterator<Item = u32>) {
    let before = tracker.done();
    let requested = projects.filter(|project| service.request(*project)).count() as u64;
    let done = tracker.wait_for(before + requested) - before;
    assert_eq!(done, requested, "archives that were delivered, of those requested");
}

/// All workers pack large projects and deliver them at the same time, while every link is slow.
pub fn all_pack_at_once<S: ProjectArchive>(_: &Context) {
    for workers in [1, WORKERS, CONFIGURED] {
        let tracker = Tracker::new(false);
        let service = S::start(workers as usize, tracker.clone());
        (0..workers).for_each(|project| tracker.put(project, Project::new(MAX_TASKS, TEXT)));
        let hold = tracker.hold();
        for project in 0..workers {
            assert!(service.request(project), "nothing waits");
        }
        let came = tracker.wait_for_arrivals(workers.into());
        drop(hold);
        assert_eq!(
            came,
            u64::from(workers),
            "archives that {workers} workers had ready at the same time, while no link was done"
        );
    }
}

/// Memory that a worker needed for a large project serves all later ones, however many small ones come in
/// between.
pub fn memory_is_requested_once<S: ProjectArchive>(_: &Context) {
    let tracker = Tracker::new(false);
    let service = S::start(WORKERS as usize, tracker.clone());
    let [large, small] = [0, 1].map(|at| at * WORKERS..(at + 1) * WORKERS);
    large.clone().for_each(|project| tracker.put(project, Project::new(MAX_TASKS, TEXT)));
    small.clone().for_each(|project| tracker.put(project, Project::new(SMALL, TEXT)));
    for _ in 0..2 {
        pack(&service, &tracker, large.clone().chain(small.clone()));
    }
    for small_ones in [0, 1, 2, 10, 100, 1_000] {
        let before = HeapCounts::now().allocated_bytes;
        for _ in 0..small_ones {
            pack(&service, &tracker, small.clone());
        }
        pack(&service, &tracker, large.clone());
        let bytes = HeapCounts::now().allocated_bytes - before;
        let requests = u64::from((small_ones + 1) * WORKERS);
        assert!(
            bytes <= requests * BYTES_PER_REQUEST + 1_024,
            "{bytes} bytes were allocated for {WORKERS} projects that were no larger than before, and \
             {small_ones} small ones for each of the workers"
        );
    }
}

/// Workers that pack small projects need little, however large those of another one are.
pub fn small_projects_need_little<S: ProjectArchive>(_: &Context) {
    let tracker = Tracker::new(false);
    (0..CONFIGURED).for_each(|project| tracker.put(project, Project::new(SMALL, TEXT)));
    let before = HeapCounts::now().live_bytes();
    let service = S::start(CONFIGURED as usize, tracker.clone());
    let kept = || HeapCounts::now().live_bytes().saturating_sub(before);
    pack(&service, &tracker, 0..CONFIGURED);
    let limit = u64::from(CONFIGURED) * BYTES_PER_SMALL_WORKER;
    let bytes = kept();
    assert!(bytes <= limit, "{CONFIGURED} workers kept {bytes} bytes after small projects");
    tracker.put(0, Project::new(MAX_TASKS, TEXT));
    pack(&service, &tracker, 0..CONFIGURED);
    let of_one = kept() - bytes;
    (0..2).for_each(|_| pack(&service, &tracker, 1..CONFIGURED));
    let more = kept().saturating_sub(bytes);
    assert!(
        more <= of_one + limit,
        "{more} bytes were kept after a large project of one worker, which needed {of_one}, and small ones \
         of the others"
    );
}
