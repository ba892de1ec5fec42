//! What may be kept after many times the capacity of work.

use exercise_harness::{Bound, Context};
use leak_meter::{HeapCounts, Resource};

use crate::TaskSearch;

/// Results that may be kept.
const MAX_RESULTS: usize = 200;
/// Different searches: fifty times as many as may be kept.
const SEARCHES: usize = 50 * MAX_RESULTS;
/// Blocks that a kept result may take: its tasks, its key, and an ample share of bookkeeping.
const BLOCKS_PER_RESULT: u64 = 8;
/// Blocks that may be kept besides.
const SLACK: u64 = 500;

/// Searches for very many phrases, in a project that does not change.
pub fn many_phrases<S: TaskSearch>(_: &Context) -> Bound {
    blocks_kept::<S>(SEARCHES, "different phrases were searched for")
}

/// Searches for a few phrases, in a project that changes all the time.
pub fn many_changes<S: TaskSearch>(_: &Context) -> Bound {
    blocks_kept::<S>(10, "searches were made, each after a change,")
}

/// The blocks that are there after all searches, which are for so many different `phrases`. Where
/// these are few, the project changes before each search.
fn blocks_kept<S: TaskSearch>(phrases: usize, what: &str) -> Bound {
    let before = HeapCounts::now().live_blocks();
    let service = S::start(MAX_RESULTS);
    for number in 0..SEARCHES {
        if phrases < SEARCHES {
            service.change_project(1);
        }
        service.search(7, 1, &format!("task {}", number % phrases), || vec![1, 2, 3]);
    }
    let measured = HeapCounts::now().live_blocks().saturating_sub(before);
    Bound {
        resource: Resource::LiveBlocks,
        measured,
        limit: MAX_RESULTS as u64 * BLOCKS_PER_RESULT + SLACK,
        after: format!("{SEARCHES} {what} and {MAX_RESULTS} results may be kept,"),
    }
}
