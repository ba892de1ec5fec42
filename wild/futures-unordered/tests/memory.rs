//! The memory test of this case.

use std::process::ExitCode;

use exercise_harness::{Bound, Context, Suite};
use leak_meter::{HeapCounts, Report, Resource};
use wild_futures_unordered::{Race, Request};

#[global_allocator]
static METER: exercise_harness::Meter = exercise_harness::meter();

/// Two mirrors of three are silent.
fn race() -> Vec<Request> {
    let silent = || -> Request { Box::pin(std::future::pending()) };
    let mut race = Race::new(vec![silent(), Box::pin(std::future::ready(7)), silent()]);
    while race.poll().is_some() {}
    race.rest()
}

fn growth(context: &Context) -> Report {
    context.soak().run(|_| drop(race()))
}

/// The answer is found, and the rest is not lost.
fn first_answer_counts(_: &Context) {
    let silent = || -> Request { Box::pin(std::future::pending()) };
    let mut race = Race::new(vec![silent(), Box::pin(std::future::ready(7)), silent()]);
    assert_eq!(race.poll(), Some(7));
    assert_eq!(race.poll(), None);
    assert_eq!(race.rest().len(), 2);
    assert_eq!(Race::new(vec![silent()]).rest().len(), 1);
}

fn bound(_: &Context) -> Bound {
    let before = HeapCounts::now().live_bytes();
    for _ in 0..5_000 {
        drop(race());
    }
    let measured = HeapCounts::now().live_bytes().saturating_sub(before);
    Bound { resource: Resource::LiveBytes, measured, limit: 4_000, after: "5,000 races".to_owned() }
}


fn main() -> ExitCode {
    Suite::new("futures-unordered", include_str!("../exercise.toml"))
        .behaviour("first_answer_counts", first_answer_counts)
        .growth(growth)
        .bound("races", bound)
        .main()
}
