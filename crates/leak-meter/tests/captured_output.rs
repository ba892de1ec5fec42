//! The buffer in which the test harness captures output is detected and reported, and does not count
//! as growth of the program; with `--nocapture` there is no buffer. Each case runs in a process of its
//! own, once as with `cargo test` and once as with `cargo test -- --nocapture`.
#![cfg(all(feature = "holders", feature = "soak"))]
#![allow(clippy::print_stdout, clippy::print_stderr)] // Printing is what is tested.

use std::env;
use std::hint::black_box;
use std::panic;
use std::process::Command;
use std::thread;

use leak_meter::{Allocator, Operation, Soak};

#[global_allocator]
static METER: Allocator = Allocator::system();

const NOTE: &str = "Note: the test harness captured output during the soak (";

/// The output of a child below: its own report, printed when the child ends.
fn output_of(child: &str, more: &[&str], backtrace: &str) -> String {
    let output = Command::new(env::current_exe().expect("this test's program"))
        .args(["--ignored", "--exact", "--show-output", child])
        .args(more)
        .env("RUST_BACKTRACE", backtrace)
        .output()
        .expect("this program can be run");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    text
}

#[track_caller]
fn is_steady_either_way(child: &str) {
    for backtrace in ["0", "1"] {
        let text = output_of(child, &[], backtrace);
        assert!(text.contains("Steady after ") && text.contains(NOTE), "{text}");
        let text = output_of(child, &["--nocapture"], backtrace);
        assert!(text.contains("Steady after ") && !text.contains("captured"), "{text}");
    }
}

#[test]
fn standard_output_is_not_the_programs_growth() {
    is_steady_either_way("child_that_prints");
}

#[test]
fn standard_error_is_not_the_programs_growth() {
    is_steady_either_way("child_that_complains");
}

#[test]
fn output_from_before_the_soak_is_not_counted() {
    is_steady_either_way("child_that_printed_before");
}

#[test]
fn the_messages_of_caught_panics_are_not_the_programs_growth() {
    is_steady_either_way("child_that_catches_panics");
}

#[test]
fn output_of_the_programs_threads_is_captured_too() {
    is_steady_either_way("child_whose_threads_print");
}

#[test]
fn rare_output_is_left_out_of_the_totals() {
    is_steady_either_way("child_that_seldom_prints");
}

/// In this case no place seems to grow, yet the buffer is part of the readings of the process.
#[test]
fn output_that_is_printed_once_is_left_out_too() {
    let text = output_of("child_that_prints_once", &[], "0");
    assert!(text.contains("Steady after ") && text.contains(NOTE), "{text}");
}

#[test]
fn a_leak_beside_the_output_is_found_at_its_line() {
    for more in [&[][..], &["--nocapture"]] {
        let text = output_of("child_that_prints_and_leaks", more, "0");
        assert!(text.contains("Growing after "), "{text}");
        assert!(text.contains("1. Growing: captured_output::keep"), "{text}");
        assert!(!text.contains("2. "), "{text}");
        assert_eq!(text.contains(NOTE), more.is_empty(), "{text}");
    }
}

/// Memory that is retained by the formatting of a message belongs to the program, although the message
/// is printed.
#[test]
fn a_leak_in_the_formatting_of_output_is_found_at_its_line() {
    let text = output_of("child_whose_messages_leak", &[], "0");
    assert!(text.contains("Growing after "), "{text}");
    assert!(text.contains("1. Growing: captured_output::keep"), "{text}");
}

fn soak_of(work: impl Fn(Operation)) {
    run(Soak::new(), work);
}

fn run(soak: Soak<'_>, work: impl Fn(Operation)) {
    let report = soak.operations_per_round(100).run(|operation| {
        work(operation);
        drop(black_box(Box::new(operation.number())));
    });
    println!("{report}");
}

#[test]
#[ignore = "a child of the tests above"]
fn child_that_prints() {
    soak_of(|operation| println!("operation {}", operation.number()));
}

#[test]
#[ignore = "a child of the tests above"]
fn child_that_complains() {
    soak_of(|operation| eprintln!("operation {}", operation.number()));
}

#[test]
#[ignore = "a child of the tests above"]
fn child_that_printed_before() {
    println!("{}", "before the soak\n".repeat(100));
    soak_of(|operation| println!("operation {}", operation.number()));
}

#[test]
#[ignore = "a child of the tests above"]
fn child_that_seldom_prints() {
    soak_of(|operation| {
        if operation.number() % 700 == 0 {
            println!("operation {}: {}", operation.number(), "all is well, ".repeat(50));
        }
    });
}

#[test]
#[ignore = "a child of the tests above"]
fn child_that_prints_once() {
    println!("before the soak");
    run(Soak::new().rounds(96), |operation| {
        if operation.number() == 3500 {
            println!("{}", "all is well, ".repeat(500));
        }
    });
}

#[test]
#[ignore = "a child of the tests above"]
fn child_that_catches_panics() {
    soak_of(|operation| {
        let caught = panic::catch_unwind(|| panic!("expected {}", operation.number()));
        assert!(caught.is_err());
    });
}

#[test]
#[ignore = "a child of the tests above"]
fn child_whose_threads_print() {
    soak_of(|operation| {
        let number = operation.number();
        if number % 10 == 0 {
            thread::spawn(move || println!("operation {number}")).join().expect("it prints");
        }
    });
}

#[inline(never)]
fn keep(number: u64) {
    std::mem::forget(black_box(Box::new(number)));
}

#[test]
#[ignore = "a child of the tests above"]
fn child_that_prints_and_leaks() {
    soak_of(|operation| {
        println!("operation {}", operation.number());
        keep(operation.number());
    });
}

struct Message(u64);

impl std::fmt::Display for Message {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        keep(self.0);
        write!(out, "operation {}", self.0)
    }
}

#[test]
#[ignore = "a child of the tests above"]
fn child_whose_messages_leak() {
    soak_of(|operation| println!("{}", Message(operation.number())));
}
