//! The work of the soak: opens tasks, and ends them in both ways.

use exercise_harness::Context;
use leak_meter::{Operation, Report};

use crate::TaskNotes;

/// Opens and ends many tasks, and measures the growth.
pub fn growth<S: TaskNotes>(context: &Context) -> Report {
    let mut service = S::start();
    context.soak().run(|operation| two_tasks(&mut service, operation))
}

/// TO WRITE: one operation of your own service: a round trip that should leave it unchanged.
fn two_tasks<S: TaskNotes>(service: &mut S, operation: Operation) {
    let (done, unwanted) = (2 * operation.number(), 2 * operation.number() + 1);
    service.open(done, "Publish the release notes with the release");
    service.open(unwanted, "Find out who still uses the old export");
    service.close(done);
    service.cancel(unwanted);
}
