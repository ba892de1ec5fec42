//! What must arrive and how often memory may be pinned, however reports are buffered.

use std::ops::Range;

use exercise_harness::Context;

use crate::{PART, Relay, ReportExport, Task};

const LINES: usize = 4;
/// The line above the rows of each part.
const HEADING: &str = "number,title,hours\n";

fn start<S: ReportExport>() -> (S, Relay) {
    let relay = Relay::recording();
    (S::start(LINES, relay.clone()), relay)
}

/// Tasks with these numbers; each row is 40 bytes long.
fn tasks(numbers: Range<u64>) -> Vec<Task> {
    let task = |number| Task { number, title: format!("Task number {number:015}"), hours: 12 };
    numbers.map(|number| task(100_000 + number)).collect()
}

fn rows(tasks: &[Task]) -> Vec<String> {
    let row = |task: &Task| format!("{},\"{}\",{}", task.number, task.title, task.hours);
    tasks.iter().map(row).collect()
}

/// The rows of all parts. Checks that each part begins with the heading and ends with a whole row.
fn rows_of(parts: &[String]) -> Vec<String> {
    let rows = parts.iter().flat_map(|part| {
        let rows = part.strip_prefix(HEADING);
        let rows = rows.unwrap_or_else(|| panic!("a part lacks the heading: {part:.30?}"));
        assert!(part.ends_with('\n'), "a part ends in the middle of a row");
        rows.lines()
    });
    rows.map(str::to_owned).collect()
}

/// Every task arrives once and in order, whatever was sent over the same line before.
pub fn report_arrives_whole<S: ReportExport>(_: &Context) {
    let (mut service, relay) = start::<S>();
    for length in [3, 5_000, 1, 40, 0, 2_000, 7] {
        let tasks = tasks(0..length);
        service.export(1, &tasks);
        assert_eq!(rows_of(&relay.take_parts(1)), rows(&tasks), "a report of {length} tasks");
    }
}

/// A title is quoted, and the quotes in it are doubled.
pub fn titles_are_quoted<S: ReportExport>(_: &Context) {
    let (mut service, relay) = start::<S>();
    let title = "Say \"done\", then go".to_owned();
    service.export(1, &[Task { number: 7, title, hours: 1 }]);
    assert_eq!(
        relay.take_parts(1),
        [format!("{HEADING}7,\"Say \"\"done\"\", then go\",1\n")],
        "the only part"
    );
}

/// A report that fits into one part is not split.
pub fn short_report_is_one_part<S: ReportExport>(_: &Context) {
    let (mut service, relay) = start::<S>();
    for length in [1, 100, 1_000, 1_600] {
        service.export(1, &tasks(0..length));
        assert_eq!(
            relay.take_parts(1).len(),
            1,
            "a report of {length} tasks, {} bytes",
            length * 40
        );
    }
}

/// No part is larger than the relay accepts.
pub fn long_report_comes_in_parts<S: ReportExport>(_: &Context) {
    let (mut service, relay) = start::<S>();
    service.export(1, &tasks(0..5_000));
    let parts = relay.take_parts(1);
    let largest = parts.iter().map(String::len).max().unwrap_or_default();
    assert!(largest <= PART, "a part has {largest} bytes; the relay accepts {PART}");
    assert_eq!(parts.len(), 4, "200 kB is sent in as few parts as possible");
}

/// Every customer's report goes over that customer's line.
pub fn lines_are_not_mixed_up<S: ReportExport>(_: &Context) {
    let (mut service, relay) = start::<S>();
    for customer in 0..3 * LINES {
        service.export(customer, &tasks(0..customer as u64));
    }
    for line in 0..LINES {
        let expected: Vec<String> = [line, line + LINES, line + 2 * LINES]
            .into_iter()
            .flat_map(|customer| rows(&tasks(0..customer as u64)))
            .collect();
        assert_eq!(rows_of(&relay.take_parts(line)), expected, "line {line}");
    }
}

/// Memory that was pinned for a long report serves all later reports, long and short.
pub fn memory_is_pinned_once<S: ReportExport>(_: &Context) {
    let (mut service, relay) = start::<S>();
    for customer in 0..LINES {
        service.export(customer, &tasks(0..1_500));
    }
    let pins = relay.pins();
    assert!(pins >= LINES, "the relay must know the memory that it sends from");
    for turn in 0..20 {
        for customer in 0..LINES {
            service.export(customer, &tasks(0..if turn % 2 == 0 { 10 } else { 1_500 }));
        }
    }
    let more = relay.pins() - pins;
    assert_eq!(more, 0, "memory was pinned {more} more times for reports no longer than before");
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

/// The last 50 exports are listed, the latest first.
pub fn recent_exports_are_known<S: ReportExport>(_: &Context) {
    let (mut service, _) = start::<S>();
    for customer in 0..80 {
        service.export(customer, &tasks(0..2));
    }
    let expected: Vec<_> = (30..80).rev().map(|customer| (customer, HEADING.len() + 80)).collect();
    assert_eq!(service.recent_exports(), expected);
}
