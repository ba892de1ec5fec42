//! An export: the tasks of a project, as they were when they were asked for, in a file.

use crate::context::JobContext;
use crate::job::Trouble;

/// Has `reader`, who waits for the file, told how it goes.
pub fn notify(context: &JobContext, reader: u32) {
    let ctx = context.clone();
    context.job.on_end(Box::new(move |end| ctx.outbox.send(reader, &ctx.label(), end)));
}

pub fn run(context: &JobContext) -> Result<(), Trouble> {
    context.store()
}
