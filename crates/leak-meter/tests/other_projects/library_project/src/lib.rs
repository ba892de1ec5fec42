//! A library that a program can open at run time.

use std::hint::black_box;
use std::thread;

use leak_meter::{Allocator, Snapshot};

#[global_allocator]
static METER: Allocator = Allocator::system();

/// Allocates and frees.
#[unsafe(no_mangle)]
pub extern "C" fn work() -> usize {
    black_box(vec![1_u8; 100]).len()
}

#[inline(never)]
fn keep() -> Vec<u8> {
    black_box(vec![1; 3000])
}

/// Whether retained blocks, of this thread and of another thread of the library, are found at their
/// line.
#[unsafe(no_mangle)]
pub extern "C" fn finds_its_lines() -> bool {
    let before = Snapshot::take();
    let here = keep();
    let there = thread::spawn(keep).join().expect("the thread ends");
    let came = Snapshot::take().since(&before);
    drop((here, there));
    let found = came.places.first().is_some_and(|place| {
        place.function.ends_with("keep") && place.line.is_some() && place.blocks == 2
    });
    if !found {
        eprintln!("{came}");
    }
    found
}
