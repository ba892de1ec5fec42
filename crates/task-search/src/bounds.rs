//! How much may be kept after many times the service's capacity of work.

use exercise_harness::{Bound, Context};
use leak_meter::{HeapCounts, Resource};

use crate::TaskSearch;

/// Results that may be kept.
const MAX_RESULTS: usize = 2_000;
/// Searches, fifty times as many as results may be kept.
const SEARCHES: usize = 50 * MAX_RESULTS;
/// Blocks that a kept result may take: its tasks, its key, and an ample share of bookkeeping.
const BLOCKS_PER_RESULT: u64 = 8;
/// Further blocks that may be kept, such as results whose removal is deferred.
const SLACK: u64 = 20_000;
/// Phrases that are searched for again and again.
const FEW: usize = 10;

/// Searches for very many phrases, in a project that does not change.
pub fn many_phrases<S: TaskSearch>(_: &Context) -> Bound {
    blocks_kept::<S>("searches for different phrases", |service, number| {
        search(service, number);
    })
}

/// Searches for a few phrases, in a project that changes before each search.
pub fn many_changes<S: TaskSearch>(_: &Context) -> Bound {
    blocks_kept::<S>("searches, each after a change,", |service, number| {
        service.change_project(1);
        search(service, number % FEW);
    })
}

/// Searches for a few phrases, in a project that does not change.
pub fn many_repetitions<S: TaskSearch>(_: &Context) -> Bound {
    blocks_kept::<S>("searches for the same few phrases", |service, number| {
        search(service, number % FEW);
    })
}

fn search<S: TaskSearch>(service: &S, number: usize) {
    service.search(7, 1, &format!("task {number}"), || vec![1, 2, 3]);
}

/// The blocks that remain after [`SEARCHES`] searches, each made by `work` with its number.
fn blocks_kept<S: TaskSearch>(what: &str, work: impl Fn(&S, usize)) -> Bound {
    let before = HeapCounts::now().live_blocks();
    let service = S::start(MAX_RESULTS);
    for number in 0..SEARCHES {
        work(&service, number);
    }
    let measured = HeapCounts::now().live_blocks().saturating_sub(before);
    Bound {
        resource: Resource::LiveBlocks,
        measured,
        limit: MAX_RESULTS as u64 * BLOCKS_PER_RESULT + SLACK,
        after: format!("{SEARCHES} {what} with room for {MAX_RESULTS} results,"),
    }
}
