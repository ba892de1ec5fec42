//! The workload of the soak: weekly reports, and the long ones at the end of a month.

use exercise_harness::Context;
use fastrand::Rng;
use leak_meter::{Operation, Report};

use crate::{Relay, ReportExport, Task};

/// Lines to the relay.
const LINES: usize = 32;
/// All customers, several to a line.
const CUSTOMERS: usize = 96;
/// One in this many reports is a monthly one.
const REPORTS_PER_LONG_ONE: u64 = 20;
/// Tasks in a weekly report.
const OF_A_WEEK: std::ops::Range<usize> = 5..40;
/// Tasks in a monthly report. Most of these reports have more than one part.
const OF_A_MONTH: std::ops::Range<usize> = 900..1_400;

/// Runs many exports and measures what they leave behind.
pub fn growth<S: ReportExport>(context: &Context) -> Report {
    let mut service = S::start(LINES, Relay::default());
    context.soak().run(|operation| export(&mut service, operation))
}

/// One export: a weekly report for a random customer, or the monthly one for the next customer.
fn export<S: ReportExport>(service: &mut S, operation: Operation) {
    let mut rng = Rng::with_seed(operation.seed());
    let number = operation.number();
    let turn = usize::try_from(number / REPORTS_PER_LONG_ONE).unwrap_or_default();
    let (customer, tasks) = if number.is_multiple_of(REPORTS_PER_LONG_ONE) {
        (turn % CUSTOMERS, rng.usize(OF_A_MONTH))
    } else {
        (rng.usize(0..CUSTOMERS), rng.usize(OF_A_WEEK))
    };
    let tasks: Vec<Task> = (0..tasks).map(|_| task(&mut rng)).collect();
    service.export(customer, &tasks);
}

fn task(rng: &mut Rng) -> Task {
    let title = format!("Publish the release notes, part {}, and tell everybody", rng.u32(1..99));
    Task { number: rng.u64(100_000..1_000_000), title, hours: rng.u32(0..100) }
}
