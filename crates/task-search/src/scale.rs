//! What the configured number of results promises, and what a search costs in a full service.

use std::cell::Cell;

use exercise_harness::{Context, cost};

use crate::TaskSearch;

/// The numbers of results that are configured, up to that of the bug report, and how many different
/// phrases are then searched for. To fill the largest one would take too long.
const CONFIGURED: [(usize, usize); 3] = [(1_000, 900), (20_000, 18_000), (600_000, 120_000)];
/// The share of results, in percent, that must be found again while a tenth of the room is free.
const KEPT: usize = 95;

/// The room in the small service and in the large one.
const ROOM: [usize; 2] = [100, 20_000];
/// The number of searches on each side of the comparison.
const SEARCHES: usize = 200;
/// How many times as much a search may cost in the large service.
const LIMIT: f64 = 5.0;

/// Searches for the phrase with this number; returns whether the index was queried.
fn ask<S: TaskSearch>(service: &S, number: usize) -> bool {
    let asked = Cell::new(false);
    service.search(7, 1, &format!("task {number}"), || {
        asked.set(true);
        Vec::new()
    });
    asked.get()
}

/// As long as there is room, results stay, however many there are and however long ago anybody
/// searched for them.
pub fn as_many_as_configured<S: TaskSearch>(_: &Context) {
    for (configured, results) in CONFIGURED {
        let service = S::start(configured);
        for number in 0..results {
            ask(&service, number);
        }
        let shown = service.kept_results();
        assert!(
            shown * 100 >= results * KEPT && shown <= configured,
            "with room for {configured} results, {results} different phrases were searched for; \
             the health page shows {shown} kept results"
        );
        // A few of them, so that these searches hardly change what is kept.
        let sample = (configured / 50).min(500);
        let kept = (0..sample).filter(|at| !ask(&service, at * results / sample)).count();
        assert!(
            kept * 100 >= sample * KEPT,
            "with room for {configured} results, {results} different phrases were searched for; of \
             {sample} among them, {kept} results were found again without the index"
        );
    }
}

/// A search costs about as much in a service that keeps many results, whether it finds a kept result
/// or takes the place of another one.
pub fn full_service_costs_no_more<S: TaskSearch>(_: &Context) {
    let [small, large] = ROOM.map(|room| {
        let service = S::start(room);
        for number in 0..room {
            ask(&service, number);
        }
        (service, Cell::new(room))
    });
    let search = |(service, next): &(S, Cell<usize>)| {
        for number in next.get()..next.get() + SEARCHES {
            ask(service, number);
            ask(service, number);
        }
        next.set(next.get() + SEARCHES);
    };
    let ratio = cost::ratio(|| search(&small), || search(&large));
    assert!(
        ratio < LIMIT,
        "a search takes {ratio:.0} times the CPU time with {} kept results instead of {}; at most \
         {LIMIT} times is allowed",
        ROOM[1],
        ROOM[0]
    );
}
