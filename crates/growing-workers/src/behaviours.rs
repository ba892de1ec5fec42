//! What an archive contains, and when a project is packed.

use exercise_harness::Context;

use crate::tracker::Project;
use crate::{MAX_TASKS, MAX_TEXT, ProjectArchive, Tracker};

const WORKERS: u32 = 4;

fn start<S: ProjectArchive>() -> (S, Tracker) {
    let tracker = Tracker::new(true);
    (S::start(WORKERS as usize, tracker.clone()), tracker)
}

/// Has a project with these contents packed, and waits for its archive or its refusal.
fn pack<S: ProjectArchive>(service: &S, tracker: &Tracker, number: u32, project: Project) {
    tracker.put(number, project);
    let before = tracker.done();
    assert!(service.request(number), "project {number} did not wait");
    let done = tracker.wait_for(before + 1) - before;
    assert_eq!(done, 1, "archives of project {number} that were delivered");
}

/// Fails unless these archives are equal, without printing megabytes.
fn assert_is(archive: &str, expected: &str, what: &str) {
    let equal = archive.bytes().zip(expected.bytes()).take_while(|(left, right)| left == right);
    assert!(
        archive == expected,
        "{what}: the archive has {} bytes and should have {}; the first {} are right",
        archive.len(),
        expected.len(),
        equal.count()
    );
}

/// Every task is in the archive once, in order, whatever the same worker has packed before.
pub fn archive_is_whole<S: ProjectArchive>(_: &Context) {
    let (service, tracker) = start::<S>();
    for tasks in [3, 900, 1, 40, 0, MAX_TASKS, 7, 300] {
        let project = Project::new(tasks, 80);
        pack(&service, &tracker, 1, project);
        let archives = tracker.take_archives();
        let what = format!("a project of {tasks} tasks");
        assert_eq!(archives.len(), 1, "pieces in which {what} was delivered");
        assert_eq!(archives[0].0, 1, "the project whose archive was delivered");
        assert_is(&archives[0].1, &tracker.expected(project), &what);
    }
}

/// A project of the most tasks with the longest texts is packed. One more task, and it is refused, and the
/// next archive of that worker is right.
pub fn largest_project_is_packed<S: ProjectArchive>(_: &Context) {
    let (service, tracker) = start::<S>();
    for (tasks, is_packed) in [(MAX_TASKS, true), (MAX_TASKS + 1, false), (5, true)] {
        let project = Project::new(tasks, MAX_TEXT);
        pack(&service, &tracker, 1, project);
        let (archives, refused) = (tracker.take_archives(), tracker.take_refused());
        let what = format!("a project of {tasks} tasks");
        assert_eq!(
            (archives.len(), refused.len()),
            (is_packed.into(), (!is_packed).into()),
            "{what}"
        );
        if let Some((_, archive)) = archives.first() {
            assert_is(archive, &tracker.expected(project), &what);
        }
    }
}

/// An archive that was requested while the one before was being delivered comes after it, with the changes
/// that were made until its worker began.
pub fn archives_arrive_in_order<S: ProjectArchive>(_: &Context) {
    let (service, tracker) = start::<S>();
    let [first, second] = [500, 20].map(|tasks| Project::new(tasks, 80));
    for round in 0..20 {
        let before = tracker.done();
        let hold = tracker.hold();
        tracker.put(1, first);
        assert!(service.request(1), "nothing waits");
        assert_eq!(tracker.wait_for_arrivals(before + 1), before + 1, "archives that came");
        assert!(service.request(1), "the first archive is being delivered and waits no more");
        tracker.put(1, second);
        // Another worker gets as far, so the first one had time.
        tracker.put(2, second);
        assert!(service.request(2), "nothing of worker 2 waits");
        assert!(tracker.wait_for_arrivals(before + 2) >= before + 2, "archives that came");
        drop(hold);
        assert_eq!(tracker.wait_for(before + 3), before + 3, "archives that were delivered");
        let mut archives = tracker.take_archives();
        archives.retain(|(project, _)| *project == 1);
        let what = format!("round {round}");
        assert_eq!(archives.len(), 2, "archives of project 1, {what}");
        assert_is(&archives[0].1, &tracker.expected(first), &format!("the first one, {what}"));
        assert_is(&archives[1].1, &tracker.expected(second), &format!("the second one, {what}"));
    }
}

/// A project that waits is not packed twice, and the health page counts those that wait.
pub fn waiting_is_packed_once<S: ProjectArchive>(_: &Context) {
    let (service, tracker) = start::<S>();
    let hold = tracker.hold();
    // All of these have the same worker.
    let projects: Vec<u32> = (0..5).map(|number| 1 + number * WORKERS).collect();
    assert!(service.request(projects[0]), "nothing waits");
    assert_eq!(tracker.wait_for_arrivals(1), 1, "archives that came");
    for is_new in [true, false, false] {
        for project in &projects[1..] {
            assert_eq!(service.request(*project), is_new, "a request for project {project}");
        }
        assert_eq!(service.waiting(), projects.len() - 1, "projects that wait");
    }
    drop(hold);
    let all = projects.len() as u64;
    assert_eq!(tracker.wait_for(all), all, "archives that were delivered");
    assert_eq!(service.waiting(), 0, "projects that wait after all were packed");
    drop(service);
    assert_eq!(tracker.done(), all, "archives that were delivered, of {all} projects");
}
