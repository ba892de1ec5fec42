//! An import: tasks in a table with a heading and a row for each task.

use crate::context::JobContext;
use crate::job::{End, Trouble};

/// The reader who looks into failed imports.
const SUPPORT: u32 = 0;

/// Notifies the owner of the project of each attempt, and support if the import is given up.
pub fn notify(context: &JobContext, owner: u32) {
    let ctx = context.clone();
    context.job.on_end(Box::new(move |end| ctx.outbox.send(owner, &ctx.label(), end)));

    let ctx = context.clone();
    context.job.on_end(Box::new(move |end| {
        if end == End::GivenUp {
            ctx.outbox.send(SUPPORT, &ctx.label(), end);
        }
    }));
}

/// Stores the table if every row has as many columns as the heading.
pub fn run(context: &JobContext) -> Result<(), Trouble> {
    let mut rows = context.job.body().split(|byte| *byte == b'\n').map(columns);
    let heading = rows.next();
    if rows.any(|row| Some(row) != heading) {
        return Err(Trouble::Malformed);
    }
    context.store()
}

fn columns(row: &[u8]) -> usize {
    row.split(|byte| *byte == b',').count()
}
