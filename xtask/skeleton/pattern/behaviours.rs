//! TO WRITE: what your own service must do, independent of its implementation.

use exercise_harness::Context;

use crate::TaskNotes;

/// An open task has the note that it was opened with.
pub fn open_task_has_its_note<S: TaskNotes>(_: &Context) {
    let mut service = S::start();
    service.open(1, "red");
    service.open(2, "green");
    service.close(1);
    service.open(1, "blue");
    assert_eq!(service.note(1).as_deref(), Some("blue"));
    assert_eq!(service.note(2).as_deref(), Some("green"));
}

/// A task that has ended has no note, however it ended.
pub fn ended_task_has_none<S: TaskNotes>(_: &Context) {
    let mut service = S::start();
    service.open(1, "red");
    service.open(2, "green");
    service.close(1);
    service.cancel(2);
    service.cancel(3);
    assert_eq!([1, 2, 3].map(|task| service.note(task)), [None, None, None]);
}
