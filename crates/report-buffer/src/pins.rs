//! How often and how much memory may be pinned, and from which memory parts are sent.

use exercise_harness::Context;

use crate::behaviours::{HEADING, LINES, start, tasks};
use crate::{Relay, ReportExport, Task};

/// The number of lines of the bug report.
const CONFIGURED: usize = 4_000;

/// Memory that was pinned for a long report serves all later reports, long and short, however many
/// short ones come between two long ones.
pub fn memory_is_pinned_once<S: ReportExport>(_: &Context) {
    let (mut service, relay) = start::<S>();
    for customer in 0..LINES {
        service.export(customer, &tasks(0..1_500));
    }
    let pins = relay.pins();
    assert!(pins >= LINES, "the relay must know the memory that it sends from");
    for short_ones in [0, 1, 2, 10, 100, 2_000] {
        for customer in 0..LINES {
            (0..short_ones).for_each(|_| service.export(customer, &tasks(0..2)));
            service.export(customer, &tasks(0..1_500));
        }
        let more = relay.pins() - pins;
        assert!(
            more == 0,
            "memory was pinned {more} more times for reports no longer than before, after {short_ones} \
             short reports in a row"
        );
    }
}

/// A line that sends short reports pins little, however long the reports on other lines are.
pub fn no_more_than_needed<S: ReportExport>(_: &Context) {
    let (mut service, relay) = start::<S>();
    for _ in 0..3 {
        service.export(0, &tasks(0..5_000));
        service.export(1, &tasks(0..300));
    }
    let needed = 300 * 40 + HEADING.len();
    let pinned = relay.pinned_by(1);
    assert!(pinned >= needed, "{needed} bytes were sent from memory that was not pinned");
    assert!(pinned <= 2 * needed, "for a report of {needed} bytes, {pinned} bytes were pinned");
}

/// Each line sends from the memory that it has pinned, which is its own.
pub fn parts_are_sent_from_pinned_memory<S: ReportExport>(_: &Context) {
    let (mut service, relay) = start::<S>();
    let mut other_memory = Vec::new();
    for length in [300, 1_500, 5, 1_500, 3, 700, 5_000, 1, 1_500] {
        for customer in 0..LINES {
            service.export(customer, &tasks(0..length));
            // Takes the place of memory that the service has freed.
            let bytes = relay.pinned_by(customer);
            other_memory.extend((0..4).map(|_| Vec::<u8>::with_capacity(bytes)));
        }
    }
    let unpinned = relay.unpinned_parts();
    assert!(unpinned == 0, "{unpinned} parts were sent from memory that is not pinned");
    assert!(!relay.lines_share_memory(), "each line needs memory of its own");
}

/// With thousands of lines, each keeps its memory, in whichever order they are used.
pub fn as_many_lines_as_configured<S: ReportExport>(_: &Context) {
    let relay = Relay::recording_memory();
    let mut service = S::start(CONFIGURED, relay.clone());
    let task = |number| Task { number, title: "x".repeat(400), hours: 3 };
    let [short, long] = [1, 30].map(|length| (0..length).map(task).collect::<Vec<_>>());
    for customer in 0..CONFIGURED {
        service.export(customer, &long);
    }
    let lines = (0..CONFIGURED).filter(|line| relay.pinned_by(*line) > 0).count();
    assert_eq!(lines, CONFIGURED, "lines that were used, of those configured");
    let pins = relay.pins();
    for tasks in [&short, &long] {
        for customer in (0..CONFIGURED).rev() {
            service.export(customer, tasks);
        }
    }
    let more = relay.pins() - pins;
    assert!(more == 0, "memory was pinned {more} more times for reports no longer than before");
    let unpinned = relay.unpinned_parts();
    assert!(unpinned == 0, "{unpinned} parts were sent from memory that is not pinned");
    assert!(!relay.lines_share_memory(), "each line needs memory of its own");
}
