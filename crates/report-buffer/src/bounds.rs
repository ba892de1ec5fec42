//! How much may be kept after many long reports.

use exercise_harness::{Bound, Context};
use leak_meter::{HeapCounts, Resource};

use crate::{PART, Relay, ReportExport, Task};

const LINES: usize = 8;
const REPORTS: usize = 25 * LINES;
/// Tasks in a report, which has several parts.
const TASKS: u64 = 2_500;
/// Further bytes that may be kept, for each line and for the recent exports.
const SLACK: u64 = 32 * 1024;

/// Sends many long reports over every line: each line may keep twice the capacity for one part.
pub fn long_reports<S: ReportExport>(_: &Context) -> Bound {
    let task = |number| Task { number, title: "Publish the release notes".to_owned(), hours: 3 };
    let tasks: Vec<Task> = (100_000..100_000 + TASKS).map(task).collect();
    let before = HeapCounts::now().live_bytes();
    let mut service = S::start(LINES, Relay::default());
    for customer in 0..REPORTS {
        service.export(customer, &tasks);
    }
    Bound {
        resource: Resource::LiveBytes,
        measured: HeapCounts::now().live_bytes().saturating_sub(before),
        limit: (2 * LINES * PART) as u64 + SLACK,
        after: format!("{REPORTS} long reports went over {LINES} lines,"),
    }
}
