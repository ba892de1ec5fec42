//! The work of the soak: tasks are opened and ended, each in its way.

use exercise_harness::Context;
use leak_meter::{Operation, Report};

use crate::TaskNotes;

/// Opens and ends many tasks, and judges what they leave behind.
pub fn growth<S: TaskNotes>(context: &Context) -> Report {
    let mut service = S::start();
    context.soak().run(|operation| two_tasks(&mut service, operation))
}

/// TO WRITE: one operation of your own service: a round trip that should leave it as it was.
fn two_tasks<S: TaskNotes>(service: &mut S, operation: Operation) {
    let (done, unwanted) = (2 * operation.number(), 2 * operation.number() + 1);
    service.open(done, "Publish the release notes with the release");
    service.open(unwanted, "Find out who still uses the old export");
    service.close(done);
    service.cancel(unwanted);
}
