//! How much the service may hold after many times its capacity of work.

use std::time::Duration;

use exercise_harness::{Bound, Context, retained, units};
use leak_meter::{HeapCounts, Resource};

use crate::TaskLists;

/// The number of pages that the service may keep.
const MAX_ENTRIES: usize = 200;
/// The number of different pages requested.
const PAGES: usize = 25 * MAX_ENTRIES;
/// The bytes of a page, large beside whatever else is kept for a page or a user.
const PAGE_BYTES: usize = 16 * 1024;
/// Longer than any measurement.
const TIME_TO_LIVE: Duration = Duration::from_secs(60 * 60);

/// The pages that may be kept at most, half as many again as configured: a cache that divides its
/// room rounds it up.
const MOST_PAGES: usize = MAX_ENTRIES + MAX_ENTRIES / 2;
/// The bytes that may be kept besides: bookkeeping, and a small table for each user.
const SLACK: usize = 2 * 1024 * 1024;

/// One user reads very many pages in a short time.
pub fn one_reader<S: TaskLists>(_: &Context) -> Bound {
    bytes_kept::<S>(1)
}

/// Many users read a few pages each.
pub fn many_readers<S: TaskLists>(_: &Context) -> Bound {
    bytes_kept::<S>(1_000)
}

/// The bytes that remain after `users` users have requested all pages together.
fn bytes_kept<S: TaskLists>(users: u32) -> Bound {
    let before = HeapCounts::now().live_bytes();
    let service = S::start(MAX_ENTRIES, TIME_TO_LIVE);
    for (number, user) in (0..PAGES).zip((0..users).cycle()) {
        service.list_tasks(user, "open", Some(&number.to_string()), || "-".repeat(PAGE_BYTES));
    }
    let measured = at_rest(&service, HeapCounts::live_bytes).saturating_sub(before);
    let limit = (MOST_PAGES * PAGE_BYTES + SLACK) as u64;
    let after = format!(
        "{} read {PAGES} pages of {}, with room for {MAX_ENTRIES} pages,",
        units::plural(u64::from(users), "user"),
        units::bytes(PAGE_BYTES as f64)
    );
    Bound { resource: Resource::LiveBytes, measured, limit, after }
}

/// The bytes that remain after twice as many requests for different pages, in addition to those after
/// half of them: whatever is kept of old queries, such as their hashes.
pub fn old_queries<S: TaskLists>(_: &Context) -> Bound {
    const QUERIES: u64 = 10_000;
    /// Less than seven bytes for each query.
    const LIMIT: u64 = 64 * 1024;
    let service = S::start(MAX_ENTRIES, TIME_TO_LIVE);
    let measured = retained::in_second_half(QUERIES, |numbers| {
        for number in numbers {
            let cursor = format!("{number:06}");
            service.list_tasks(1, "open", Some(&cursor), || format!("page {cursor}"));
        }
        at_rest(&service, HeapCounts::live_bytes)
    });
    let after = format!("{} more queries", units::count(QUERIES));
    Bound { resource: Resource::LiveBytes, measured, limit: LIMIT, after }
}

/// Enough calls for a cache to finish its deferred work.
const CALLS: usize = 64;
/// Successive readings without a fall, after which no work is deferred any more.
const READINGS: usize = 4;

/// The count after all deferred work: reads it until it no longer falls.
pub fn at_rest<S: TaskLists>(service: &S, count: impl Fn(&HeapCounts) -> u64) -> u64 {
    let mut lowest = u64::MAX;
    let mut readings = 0;
    while readings < READINGS {
        for _ in 0..CALLS {
            service.cached_pages();
        }
        let reading = count(&HeapCounts::now());
        readings = if reading < lowest { 0 } else { readings + 1 };
        lowest = lowest.min(reading);
    }
    lowest
}
