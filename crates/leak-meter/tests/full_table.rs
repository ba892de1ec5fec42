//! More call stacks than the meter's table has room for: said, never taken for steady. Alone in its
//! process, since the table is the process's.

use std::hint::black_box;

use leak_meter::{Allocator, Soak, Verdict};

#[global_allocator]
static METER: Allocator = Allocator::system();

/// Each path of so many steps to the left or to the right is a call stack of its own: 32,768.
const STEPS: u32 = 15;

#[inline(never)]
fn left(path: u64, steps: u32) -> u64 {
    step(path, steps) + 1
}

#[inline(never)]
fn right(path: u64, steps: u32) -> u64 {
    step(path, steps) + 2
}

#[inline(always)]
#[allow(clippy::inline_always)] // Both callers shall have a call of their own.
fn step(path: u64, steps: u32) -> u64 {
    if steps == 0 {
        return *black_box(Box::new(path));
    }
    if path & 1 == 0 {
        black_box(left(path >> 1, steps - 1))
    } else {
        black_box(right(path >> 1, steps - 1))
    }
}

#[test]
fn a_full_table_is_said_and_never_steady() {
    let report = Soak::new().operations_per_round(1 << STEPS).rounds(12).run(|operation| {
        black_box(left(operation.number(), STEPS));
    });
    assert!(report.attribution.sites_refused > 10_000, "{:?}", report.attribution);
    assert_eq!(report.verdict, Verdict::Undecided, "{report}");
    let said = report.to_string();
    assert!(said.contains("came from more call sites than the meter has room for"), "{said}");
    // The counts themselves are whole: nothing stays.
    assert_eq!(report.rounds[11].live_blocks, report.rounds[0].live_blocks);
    assert_eq!(report.rounds[5].allocations, 1 << STEPS);
}
