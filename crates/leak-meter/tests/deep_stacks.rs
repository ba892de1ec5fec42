//! Stacks deeper than a walk goes, as in debug builds of asynchronous code, are charged to their
//! line and found as fast as others.
#![cfg(all(feature = "holders", feature = "soak"))]

use std::hint::black_box;

use leak_meter::site::AttributionMethod;
use leak_meter::{Allocator, Report, Soak, Verdict};

#[global_allocator]
static METER: Allocator = Allocator::system();

/// Deeper than a walk goes.
const DEEP: u64 = 200;

#[inline(never)]
fn remember(kept: &mut Vec<Box<[u64]>>, number: u64) {
    kept.push(vec![number].into_boxed_slice());
}

/// Calls `remember` from `depth` calls further in.
#[inline(never)]
fn dig(kept: &mut Vec<Box<[u64]>>, number: u64, depth: u64) {
    match depth {
        0 => remember(kept, number),
        _ => dig(kept, number, depth - 1),
    }
    black_box(depth);
}

fn soak(least_depth: u64) -> Report {
    let mut kept = Vec::with_capacity(100_000);
    Soak::new().operations_per_round(20).run(|operation| {
        // Many stacks: each has a depth of its own, but those too deep for a walk look the same.
        dig(&mut kept, operation.number(), least_depth + operation.number() % 20);
    })
}

#[test]
fn deep_stacks_are_walked_like_others() {
    let shallow = soak(1);
    // If packages lack frame pointers, the unwinder finds both kinds of stack.
    let method = shallow.attribution.method;
    for least_depth in [30, 45, 60, DEEP] {
        let report = soak(least_depth);
        assert_eq!(report.verdict, Verdict::Growing, "{report}");
        assert!(report.sites[0].function.ends_with("remember"), "{report}");
        assert_eq!(report.attribution.method, method, "{report}");
        assert_eq!(report.attribution.disagreed, 0, "{report}");
    }
    assert_ne!(method, AttributionMethod::Off);
}
