//! More call stacks than fit in the meter's table are reported, and the verdict is never Steady.
//! Runs alone in its process, because the table belongs to the whole process.
#![cfg(all(feature = "holders", feature = "soak"))]
#![allow(clippy::print_stdout)] // Prints a figure.

mod call_stacks;

use std::hint::black_box;
use std::time::{Duration, Instant};

use call_stacks::left;
use leak_meter::allocator::{self, Method};
use leak_meter::{Allocator, Snapshot, Soak, Verdict};

#[global_allocator]
static METER: Allocator = Allocator::system();

/// Enough for 32,768 call stacks.
const STEPS: u32 = 15;

/// The number of call stacks whose first allocation is timed.
const NEW: u64 = 8000;

/// The time for this number of allocations, each from a call stack of its own.
fn time_of_paths(number: u64) -> Duration {
    let began = Instant::now();
    for path in 0..number {
        black_box(left(path, STEPS));
    }
    began.elapsed()
}

/// The time for all paths: the best of several runs.
fn time_of_all_paths() -> Duration {
    (0..5).map(|_| time_of_paths(1 << STEPS)).min().expect("there are five times")
}

#[test]
fn a_full_table_is_reported_and_never_steady() {
    let before = Snapshot::take();
    let early = black_box(vec![1_u8; 3000]);
    let report = Soak::new().operations_per_round(1 << STEPS).rounds(12).run(|operation| {
        black_box(left(operation.number(), STEPS));
    });
    assert!(report.attribution.sites_refused > 10_000, "{:?}", report.attribution);
    assert_eq!(report.verdict, Verdict::Undecided, "{report}");
    let said = report.to_string();
    assert!(said.contains("came from more call sites than the meter has room for"), "{said}");
    // The counts themselves are complete: nothing stays.
    assert_eq!(report.rounds[11].live_blocks, report.rounds[0].live_blocks);
    assert_eq!(report.rounds[5].allocations, 1 << STEPS);

    // An allocation without room in the table costs a walk along the frame pointers, about 30 ns
    // here, rather than an unwinder's time.
    allocator::stop();
    let counted = time_of_all_paths();
    allocator::start();
    let walked = time_of_all_paths();
    if allocator::method() == Method::FramePointers || cfg!(windows) {
        let most = 10 * counted + (1 << STEPS) * Duration::from_nanos(200);
        assert!(walked < most, "{counted:?} while counting, {walked:?} with a full table");
    }

    // The next soak starts with an empty table, except for stacks with live blocks.
    let mut kept = Vec::with_capacity(10_000);
    let report = Soak::new().operations_per_round(100).run(|operation| {
        let number = operation.number();
        kept.push(Box::new(black_box(left(number % 2, STEPS))));
    });
    assert_eq!(report.attribution.sites_refused, 0, "{:?}", report.attribution);
    assert!(report.attribution.sites < 1000, "{:?}", report.attribution);
    assert_eq!(report.verdict, Verdict::Growing, "{report}");
    assert!(report.sites[0].function.contains("a_full_table"), "{report}");
    assert_eq!(report.sites[0].live_blocks, 9600, "{report}");
    // A block from before still has its line.
    let came = Snapshot::take().since(&before);
    let place = came.places.iter().find(|place| place.bytes == 3000).expect("the early block");
    assert!(place.function.contains("a_full_table") && place.blocks == 1, "{came}");
    drop((early, kept));
}

#[test]
#[ignore = "for its figures"]
fn the_cost_of_a_full_table() {
    allocator::stop();
    let counted = time_of_all_paths();
    allocator::start();
    let (first, again) = (time_of_paths(NEW), time_of_paths(NEW));
    println!(
        "a call stack costs {} ns more when it is new",
        first.saturating_sub(again).as_nanos() / u128::from(NEW)
    );
    let walked = time_of_all_paths();
    let each = |time: Duration| time.as_nanos() >> STEPS;
    println!(
        "an allocation takes {} ns counted, {} ns with a full table",
        each(counted),
        each(walked)
    );
}
