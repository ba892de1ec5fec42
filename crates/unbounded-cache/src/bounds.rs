//! How much the cache may hold after many times its capacity of work.

use std::time::Duration;

use exercise_harness::{Bound, Context};
use leak_meter::{HeapCounts, Resource};

use crate::TaskLists;

/// The number of pages that the cache may keep.
const MAX_ENTRIES: usize = 200;
/// The number of different pages requested: fifty times as many as may be kept.
const PAGES: usize = 50 * MAX_ENTRIES;
/// Longer than any measurement.
const TIME_TO_LIVE: Duration = Duration::from_secs(60 * 60);

/// Blocks that a kept page may take: its text, its key, and an ample share of bookkeeping.
const BLOCKS_PER_PAGE: u64 = 16;
/// Further blocks that may be kept: those for each user, and the few thousand that a concurrent
/// cache uses for bookkeeping and has not freed yet, however many pages it has seen.
const SLACK: u64 = 6_000;

/// One user reads very many pages in a short time.
pub fn one_reader<S: TaskLists>(_: &Context) -> Bound {
    blocks_kept::<S>(1)
}

/// Many users read pages, each of them fewer than may be kept.
pub fn many_readers<S: TaskLists>(_: &Context) -> Bound {
    blocks_kept::<S>(100)
}

/// The blocks that remain after `users` users have requested all pages together.
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
        "{users} {} read {PAGES} pages with room for {MAX_ENTRIES},",
        if users == 1 { "user" } else { "users" }
    );
    Bound { resource: Resource::LiveBlocks, measured, limit, after }
}

/// Enough calls for a cache to finish its deferred work.
const CALLS: usize = 64;
/// Successive readings without a fall, after which no work is deferred any more.
const READINGS: usize = 4;

/// The live blocks after all deferred work: reads them until they no longer fall.
fn at_rest<S: TaskLists>(service: &S) -> u64 {
    let mut lowest = u64::MAX;
    let mut readings = 0;
    while readings < READINGS {
        for _ in 0..CALLS {
            service.cached_pages();
        }
        let blocks = HeapCounts::now().live_blocks();
        readings = if blocks < lowest { 0 } else { readings + 1 };
        lowest = lowest.min(blocks);
    }
    lowest
}
