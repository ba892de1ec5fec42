//! How much may be kept after many times the service's capacity of work.

use exercise_harness::{Bound, Context};
use leak_meter::{HeapCounts, Resource};

use crate::TaskSearch;

/// Results that may be kept.
const MAX_RESULTS: usize = 200;
/// Searches, fifty times as many as results may be kept.
const SEARCHES: usize = 50 * MAX_RESULTS;
/// Blocks that a kept result may take: its tasks, its key, and an ample share of bookkeeping.
const BLOCKS_PER_RESULT: u64 = 8;
/// Further blocks that may be kept.
const SLACK: u64 = 500;

/// Searches for very many phrases, in a project that does not change.
pub fn many_phrases<S: TaskSearch>(_: &Context) -> Bound {
    blocks_kept::<S>(SEARCHES, "searches for different phrases")
}

/// Searches for a few phrases, in a project that changes before each search.
pub fn many_changes<S: TaskSearch>(_: &Context) -> Bound {
    blocks_kept::<S>(10, "searches, each after a change,")
}

/// The blocks that remain after [`SEARCHES`] searches for this many different `phrases`. If there
/// are fewer phrases than searches, the project changes before each search.
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
        after: format!("{SEARCHES} {what} with room for {MAX_RESULTS} results,"),
    }
}
