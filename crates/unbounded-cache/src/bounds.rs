//! What the cache may hold after many times its capacity of work.

use std::time::Duration;

use exercise_harness::{Bound, Context};
use leak_meter::{HeapCounts, Resource};

use crate::TaskLists;

/// Pages that the cache may keep.
const MAX_ENTRIES: usize = 200;
/// Different pages that are asked for: fifty times as many as may be kept.
const PAGES: usize = 50 * MAX_ENTRIES;
/// Longer than any measurement.
const TIME_TO_LIVE: Duration = Duration::from_secs(60 * 60);

/// Blocks that a kept page may take: its text, its key, and an ample share of bookkeeping.
const BLOCKS_PER_PAGE: u64 = 16;
/// Blocks that may be kept besides: for each user, and the few thousand that a concurrent cache has
/// for its own book-keeping and as garbage not yet given back, however many pages it has seen.
const SLACK: u64 = 6_000;

/// One user's reading through very many pages in a short time.
pub fn one_reader<S: TaskLists>(_: &Context) -> Bound {
    blocks_kept::<S>(1)
}

/// Many users' reading, each of whom asks for fewer pages than may be kept.
pub fn many_readers<S: TaskLists>(_: &Context) -> Bound {
    blocks_kept::<S>(100)
}

/// The blocks that are there after `users` together asked for all pages.
fn blocks_kept<S: TaskLists>(users: u32) -> Bound {
    let before = HeapCounts::now().live_blocks();
    let service = S::start(MAX_ENTRIES, TIME_TO_LIVE);
    for (number, user) in (0..PAGES).zip((0..users).cycle()) {
        let cursor = format!("page-{number}");
        service.list_tasks(user, "open", Some(&cursor), || format!("tasks of {cursor}"));
    }
    let measured = at_rest(&service).saturating_sub(before);
    let limit = MAX_ENTRIES as u64 * BLOCKS_PER_PAGE + SLACK;
    let after = format!(
        "{PAGES} pages were read by {users} {}, of which {MAX_ENTRIES} may be kept,",
        if users == 1 { "user" } else { "users" }
    );
    Bound { resource: Resource::LiveBlocks, measured, limit, after }
}

/// Calls in which a cache that defers its work gets to do all of it.
const CALLS: usize = 64;
/// Looks at the heap, one after the other without a fall, after which nothing more is deferred.
const LOOKS: usize = 4;

/// The live blocks once deferred work has come to its end: until they fall no more.
fn at_rest<S: TaskLists>(service: &S) -> u64 {
    let mut lowest = u64::MAX;
    let mut looks = 0;
    while looks < LOOKS {
        for _ in 0..CALLS {
            service.cached_pages();
        }
        let blocks = HeapCounts::now().live_blocks();
        looks = if blocks < lowest { 0 } else { looks + 1 };
        lowest = lowest.min(blocks);
    }
    lowest
}
