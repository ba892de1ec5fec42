//! What must arrive, however reports are buffered.

use std::ops::Range;

use exercise_harness::Context;

use crate::{PART, Relay, ReportExport, Task};

pub const LINES: usize = 4;
/// The line above the rows of each part.
pub const HEADING: &str = "number,title,hours\n";

pub fn start<S: ReportExport>() -> (S, Relay) {
    let relay = Relay::recording();
    (S::start(LINES, relay.clone()), relay)
}

/// Tasks with these numbers; each row is 40 bytes long.
pub fn tasks(numbers: Range<u64>) -> Vec<Task> {
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

/// A report of exactly the largest part is one part, and with one more byte it is two.
pub fn largest_part_is_one_part<S: ReportExport>(_: &Context) {
    for (bytes, parts) in [(PART, 1), (PART + 1, 2)] {
        let (mut service, relay) = start::<S>();
        let mut tasks = tasks(0..1_638);
        let excess = HEADING.len() + 40 * tasks.len() - bytes;
        let last = tasks.last_mut().expect("there are tasks");
        last.title.truncate(last.title.len() - excess);
        service.export(1, &tasks);
        let sent = relay.take_parts(1);
        assert_eq!(sent.len(), parts, "a report of {bytes} bytes");
        assert_eq!(rows_of(&sent), rows(&tasks), "a report of {bytes} bytes");
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

/// The last 50 exports are listed, the latest first.
pub fn recent_exports_are_known<S: ReportExport>(_: &Context) {
    let (mut service, _) = start::<S>();
    for customer in 0..80 {
        service.export(customer, &tasks(0..2));
    }
    let expected: Vec<_> = (30..80).rev().map(|customer| (customer, HEADING.len() + 80)).collect();
    assert_eq!(service.recent_exports(), expected);
}
