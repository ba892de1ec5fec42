//! A program that prints backtraces, as a panic does, must not be reported as lacking frame pointers: the
//! unwinder that calls back while a backtrace is created has none, but it is not part of the program.
#![cfg(all(feature = "holders", feature = "soak"))]
#![allow(clippy::print_stdout)] // The child's report is read from its output.

mod isolated;

use std::hint::black_box;
use std::panic::catch_unwind;

use leak_meter::{Allocator, Soak};

#[global_allocator]
static METER: Allocator = Allocator::system();

#[test]
fn a_printed_backtrace_does_not_end_the_walks_along_frame_pointers() {
    let full = [("RUST_BACKTRACE", "full")];
    let output = isolated::test_in_a_process("child_that_panics_with_backtraces", &full);
    let text = String::from_utf8_lossy(&output.stdout);
    let printed = String::from_utf8_lossy(&output.stderr);
    assert!(printed.contains("stack backtrace:"), "{printed}");
    let method = if cfg!(windows) { "Unwinder" } else { "FramePointers" };
    assert!(text.contains(&format!("by {method} before, by {method} after")), "{text}");
}

#[test]
#[ignore = "a child of the test above"]
fn child_that_panics_with_backtraces() {
    use leak_meter::allocator;
    // If packages lack frame pointers, this test cannot check anything.
    let before = allocator::start();
    allocator::stop();
    let report = Soak::new().operations_per_round(2).rounds(12).run(|operation| {
        if operation.number().is_multiple_of(4) {
            let _ = catch_unwind(|| panic!("operation {}", black_box(operation.number())));
        }
    });
    println!("{report}\nby {before:?} before, by {:?} after", report.attribution.method);
    println!("{:?}", report.attribution);
}
