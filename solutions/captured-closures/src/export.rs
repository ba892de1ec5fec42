//! An export: the tasks of a project at the time of the request, in a file.

use crate::context::JobContext;
use crate::job::Trouble;

/// Notifies `reader`, who waits for the file, of the end of each attempt.
pub fn notify(context: &JobContext, reader: u32) {
    let ctx = context.clone();
    let label = ctx.label();
    context.job.on_end(Box::new(move |end| ctx.outbox.send(reader, &label, end)));
}

pub fn run(context: &JobContext) -> Result<(), Trouble> {
    context.store()
}
