//! As many call stacks as a test needs: each path with a number of steps to the left or right is a
//! call stack of its own.

use std::hint::black_box;

/// Allocates a block and frees it.
#[inline(never)]
pub fn left(path: u64, steps: u32) -> u64 {
    step(path, steps) + 1
}

#[inline(never)]
fn right(path: u64, steps: u32) -> u64 {
    step(path, steps) + 2
}

#[inline(always)]
#[allow(clippy::inline_always)] // Both callers must contain a call of their own.
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
