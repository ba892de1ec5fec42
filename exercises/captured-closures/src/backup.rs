//! A backup: a copy of a whole project.

use crate::context::JobContext;
use crate::job::{End, Trouble};

/// Notifies `reader`, who is responsible for the backup, of failures.
pub fn notify(context: &JobContext, reader: u32) {
    let ctx = context.clone();
    context.job.on_end(Box::new(move |end| {
        if end != End::Done {
            ctx.outbox.send(reader, &ctx.project, end);
        }
    }));
}

pub fn run(context: &JobContext) -> Result<(), Trouble> {
    context.store()
}
