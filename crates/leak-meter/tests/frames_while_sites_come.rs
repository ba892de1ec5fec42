//! The call stacks of sites may be read while other threads add new ones. A data race shows up only under
//! `ThreadSanitizer` (`.ci/sanitizers thread`); without it, the test only finds wrong addresses.
#![cfg(feature = "sites")]

mod call_stacks;

use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use call_stacks::left;
use leak_meter::Allocator;
use leak_meter::allocator;
use leak_meter::allocator::{all_sites, capacity, frames};

#[global_allocator]
static METER: Allocator = Allocator::system();

/// Enough for 2,048 call stacks.
const STEPS: u32 = 11;

#[test]
fn a_stack_that_is_read_while_others_are_added_is_whole_or_empty() {
    allocator::start();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            for path in 0..1 << STEPS {
                black_box(left(path, STEPS));
            }
            done.store(true, Ordering::Relaxed);
        });
        while !done.load(Ordering::Relaxed) {
            for site in all_sites() {
                let frames = frames(site);
                assert!(!frames.contains(&0), "{frames:x?}");
            }
        }
    });
    assert!(capacity().used > 1 << STEPS);
    let last = all_sites().last().expect("there are sites");
    assert!(!frames(last).is_empty());
}
