//! Programs that only grow: lists, strings, vectors and arenas that are never trimmed.

use std::hint::black_box;
use std::time::{Duration, Instant};

use leak_meter::{Operation, Report, Resource, Soak};

const BUDGET: Duration = Duration::from_secs(2);

/// Requests that wait for their answers. Their number fluctuates, and some are never answered.
struct Waiting {
    lost: usize,
    requests: Vec<Box<u64>>,
}

impl Waiting {
    /// The capacity of the list is reserved, because its doubling would be visible by itself.
    fn new() -> Self {
        Self { lost: 0, requests: Vec::with_capacity(500_000) }
    }

    /// Answers all requests that can be answered; up to ten more then begin to wait.
    #[inline(never)]
    fn turn(&mut self, operation: Operation, loses: usize) {
        self.requests.truncate(self.lost);
        self.lost += loses;
        let waiting = self.lost + usize::try_from(operation.seed() % 11).expect("a small number");
        while self.requests.len() < waiting {
            self.requests.push(Box::new(operation.number()));
        }
    }
}

pub fn a_leak_that_begins_late_beneath_the_noise_of_its_own_line_is_growing() {
    let mut waiting = Waiting::new();
    let report = Soak::new()
        .operations_per_round(1)
        .run(|operation| waiting.turn(operation, if operation.round() < 32 { 0 } else { 4 }));
    super::is_at(&report, "Waiting::turn");
    assert!(report.sites[0].blocks_per_operation > Some(0.0), "{report}");

    let (mut waiting, began) = (Waiting::new(), Instant::now());
    let report = Soak::new().budget(BUDGET).run(|operation| {
        let loses = began.elapsed() > BUDGET / 3 && operation.number().is_multiple_of(100);
        waiting.turn(operation, loses.into());
    });
    assert_eq!(waiting.requests.capacity(), 500_000, "the room was enough");
    super::is_at(&report, "Waiting::turn");
    assert!(report.sites[0].blocks_per_operation > Some(0.0), "{report}");
}

/// Records in pages, each with twice the capacity of the previous one.
#[derive(Default)]
struct Arena {
    pages: Vec<Vec<[u64; 4]>>,
}

impl Arena {
    #[inline(never)]
    fn add(&mut self, record: [u64; 4]) {
        if self.pages.last().is_none_or(|page| page.len() == page.capacity()) {
            let room = self.pages.last().map_or(32, |page| 2 * page.capacity());
            self.pages.push(Vec::with_capacity(room));
        }
        self.pages.last_mut().expect("a page").push(record);
    }
}

pub fn an_arena_whose_pages_double_is_growing_at_its_line_and_rate() {
    for soak in [Soak::new().budget(BUDGET), Soak::new().operations_per_round(500)] {
        let mut arena = Arena { pages: Vec::with_capacity(64) };
        let report = soak.run(|operation| arena.add([operation.number(); 4]));
        grows_by(&report, 32.0, "Arena::add");
    }
}

pub fn a_string_that_is_only_appended_to_is_growing_at_its_rate() {
    for soak in [Soak::new().budget(BUDGET), Soak::new().operations_per_round(200)] {
        let mut log = String::new();
        let report = soak.run(|_| append(&mut log));
        grows_by(&report, 9.0, "logs::append");
    }
}

#[inline(never)]
fn append(log: &mut String) {
    log.push_str("GET 200;\n");
    // Prevents a tail call, which might remove this function from the call stack.
    black_box(log);
}

pub fn a_vector_that_is_never_trimmed_is_growing_at_its_line_and_rate() {
    for soak in [Soak::new().budget(BUDGET), Soak::new().operations_per_round(300)] {
        let mut log = Vec::new();
        let report = soak.run(|operation| note(&mut log, operation.number()));
        grows_by(&report, 8.0, "logs::note");
    }
}

#[inline(never)]
fn note(log: &mut Vec<u64>, number: u64) {
    log.push(number);
    black_box(log);
}

/// Asserts that the first finding is `function`, and that the intervals of the total and of the line, as
/// serialised and as printed, cover `bytes` per operation.
#[track_caller]
fn grows_by(report: &Report, bytes: f64, function: &str) {
    super::is_at(report, function);
    let json = serde_json::to_string(report).expect("a report can be serialised");
    let read: Report = serde_json::from_str(&json).expect("and read");
    let total = super::growing(&read, Resource::LiveBytes);
    let site = &read.sites[0];
    for [low, rate, high] in [
        [total.low, total.per_operation, total.high],
        [site.bytes_low, site.bytes_per_operation, site.bytes_high],
    ] {
        let [low, rate, high] = [low, rate, high].map(|figure| figure.expect("a rate"));
        assert!(rate > 0.0, "{rate}\n{report}");
        assert!(low <= bytes && bytes <= high, "{low} to {high} does not cover {bytes}\n{report}");
        // An interval that covers everything would be useless.
        assert!(bytes / 4.0 <= rate && rate <= 4.0 * bytes, "{rate} is not {bytes}\n{report}");
    }
    let text = report.to_string();
    let line = text.lines().find(|line| line.contains("live bytes:")).expect("a line on bytes");
    assert!(line.contains(" B per operation (95 % interval "), "{text}");
}
