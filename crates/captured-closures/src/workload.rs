//! The workload of the soak: jobs are requested, tried, tried again, and ended.

use std::io::Write;

use exercise_harness::Context;
use fastrand::Rng;
use leak_meter::{Operation, Report};

use crate::BackgroundJobs;
use crate::storage::Switch;

/// The size of each request's table: 16 KiB.
pub const BODY_BYTES: usize = 16 * 1024;

/// Runs many jobs and measures what they leave behind.
pub fn growth<S: BackgroundJobs>(context: &Context) -> Report {
    let switch = Switch::default();
    let mut service = S::start(switch.storage());
    context.soak().run(|operation| three_jobs(&mut service, &switch, operation))
}

/// Three jobs from request to end: an export or an import, another export, and a backup.
///
/// The operation's number decides who is notified and how the jobs end, so that every round has the
/// same mix. Each operation has a project and readers of its own. Chance decides whether the status
/// page is shown.
fn three_jobs<S: BackgroundJobs>(service: &mut S, switch: &Switch, operation: Operation) {
    let mut rng = Rng::with_seed(operation.seed());
    let number = operation.number();
    let end = number % 10;
    let is_export = (number / 10).is_multiple_of(2);
    let project = format!("p{:07}", number % 10_000_000);
    let reader = u32::try_from(number % 1_000_000).unwrap_or_default() + 10;

    let table = if end == 3 && !is_export {
        malformed_table(operation.seed())
    } else {
        table(operation.seed())
    };
    let notified = if is_export {
        service.export(&project, &table, Some(reader))
    } else {
        service.import(&project, &table, reader)
    };
    let others = [
        service.export(&project, &table, None),
        service.back_up(&project, &table, reader + 1_000_000),
    ];

    match end {
        // The storage stays busy, and the jobs are given up.
        0 | 5 => {
            switch.set_busy(true);
            (0..3).for_each(|_| service.run());
            switch.set_busy(false);
        }
        // They are done at the second attempt, except for one that is cancelled before it.
        1 | 6 => {
            switch.set_busy(true);
            service.run();
            switch.set_busy(false);
            service.cancel(notified);
            service.run();
        }
        2 | 7 => {
            switch.set_busy(true);
            service.run();
            switch.set_busy(false);
            service.run();
        }
        // All are cancelled before the first attempt.
        8 => {
            for job in others.into_iter().chain([notified]) {
                service.cancel(job);
            }
        }
        // They are done at the first attempt, unless the table is malformed.
        _ => service.run(),
    }
    if rng.u32(0..4) == 0 {
        service.history();
    }
    service.deliver();
}

/// A table of [`BODY_BYTES`] with two columns, whose rows follow from the seed.
pub fn table(seed: u64) -> Vec<u8> {
    let mut rng = Rng::with_seed(seed);
    let mut table = Vec::with_capacity(BODY_BYTES);
    table.extend_from_slice(b"task,state");
    while table.len() + 64 < BODY_BYTES {
        write!(table, "\nRepair item {} of the list,open", rng.u32(..))
            .expect("writing to a vector cannot fail");
    }
    table.resize(BODY_BYTES, b'.');
    table
}

/// The same, but its last row has a column too many.
pub fn malformed_table(seed: u64) -> Vec<u8> {
    let mut table = table(seed);
    if let Some(last) = table.last_mut() {
        *last = b',';
    }
    table
}
