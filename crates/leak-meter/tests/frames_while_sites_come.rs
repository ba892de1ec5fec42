//! The call stacks of sites may be read while other threads add new ones. A data race shows up only under
//! `ThreadSanitizer` (`.ci/sanitizers thread`); without it, the test only finds wrong addresses.
#![cfg(feature = "sites")]

use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use leak_meter::Allocator;
use leak_meter::allocator;
use leak_meter::allocator::{all_sites, capacity, frames};

#[global_allocator]
static METER: Allocator = Allocator::system();

/// Each path with this number of steps is a call stack of its own.
const STEPS: u32 = 11;

#[inline(never)]
fn left(path: u32, steps: u32) -> usize {
    if steps == 0 {
        return black_box(Box::new(path)).count_ones() as usize;
    }
    black_box(turn(path, steps - 1)) + 1
}

#[inline(never)]
fn right(path: u32, steps: u32) -> usize {
    if steps == 0 {
        return black_box(Box::new(path)).count_zeros() as usize;
    }
    black_box(turn(path, steps - 1)) + 2
}

#[inline(always)]
#[allow(clippy::inline_always)] // Each caller must contain its own calls.
fn turn(path: u32, steps: u32) -> usize {
    if path & 1 == 0 { left(path >> 1, steps) } else { right(path >> 1, steps) }
}

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
