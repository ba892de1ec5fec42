//! Two soaks in one process take turns: the leak of one is not in the other's report. Also tests
//! the reports on the budget, each in a process with its own environment.
#![cfg(all(feature = "holders", feature = "soak"))]
#![allow(clippy::print_stdout)] // The children's reports are read from their output.

mod isolated;

use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use leak_meter::{Allocator, Report, Soak, Verdict};

#[global_allocator]
static METER: Allocator = Allocator::system();

#[inline(never)]
#[allow(clippy::vec_box)] // Each value needs a block of its own.
fn hoard(kept: &mut Vec<Box<u64>>, number: u64) {
    kept.push(Box::new(number));
}

fn leaking(mut beside: impl FnMut()) -> Report {
    let mut kept = Vec::with_capacity(100_000);
    Soak::new().operations_per_round(100).rounds(24).run(|operation| {
        beside();
        hoard(&mut kept, operation.number());
    })
}

fn healthy(mut beside: impl FnMut()) -> Report {
    Soak::new().operations_per_round(100).run(|operation| {
        beside();
        drop(black_box(Box::new(operation.number())));
    })
}

#[track_caller]
fn is_not_accused(report: &Report) {
    assert_ne!(report.verdict, Verdict::Growing, "{report}");
    assert!(report.sites.iter().all(|site| !site.function.ends_with("hoard")), "{report}");
}

/// The harness runs this test and the next one side by side, if it has two threads.
#[test]
fn a_soak_that_leaks_is_accused() {
    let report = leaking(|| ());
    assert!(report.sites[0].function.ends_with("hoard"), "{report}");
}

#[test]
fn a_soak_beside_one_that_leaks_is_not_accused() {
    is_not_accused(&healthy(|| ()));
}

/// The second soak is started while the first one is running, whatever the harness does.
#[test]
fn a_second_soak_waits_for_the_first() {
    static DONE: AtomicU64 = AtomicU64::new(0);
    let (under_way, wait) = mpsc::sync_channel(1);
    thread::scope(|scope| {
        let first = scope.spawn(move || {
            leaking(|| {
                DONE.fetch_add(1, Ordering::SeqCst);
                let _ = under_way.try_send(()); // One is enough.
            })
        });
        wait.recv().expect("the first soak runs");
        let second = healthy(|| {
            let done = DONE.load(Ordering::SeqCst);
            assert_eq!(done, 2400, "the second soak runs before the first has ended");
        });
        is_not_accused(&second);
        let first = first.join().expect("the first soak ends");
        assert!(first.sites[0].function.ends_with("hoard"), "{first}");
    });
}

/// The output of a test below, in a process with this value of `LEAK_METER_BUDGET`.
#[track_caller]
fn in_a_process(test: &str, budget: Option<&str>) -> String {
    let budget = budget.map(|budget| ("LEAK_METER_BUDGET", budget));
    let output = isolated::test_in_a_process(test, budget.as_slice());
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn a_budget_that_is_too_small_is_a_sentence() {
    let text = in_a_process("child_with_a_tiny_budget", None);
    assert!(text.contains("Undecided after 1 operation in 1 round"), "{text}");
    assert!(text.contains("the budget of 1ns is too small: one operation took"), "{text}");
    assert!(text.contains("a verdict needs at least 12 rounds; give Soak::budget or"), "{text}");
}

#[test]
fn the_environment_takes_precedence_over_the_programs_budget() {
    let text = in_a_process("child_with_a_budget", Some("0.000000001"));
    assert!(text.contains("the budget of 1ns is too small"), "{text}");
    let text = in_a_process("child_with_a_tiny_budget", Some("0.5"));
    assert!(text.starts_with("\nrunning 1 test\nSteady after "), "{text}");
}

#[test]
fn a_budget_that_is_not_a_number_is_a_sentence_with_an_example() {
    for wrong in ["soon", "0", "-1", ""] {
        let text = in_a_process("child_with_a_budget", Some(wrong));
        let sentence = format!(
            "LEAK_METER_BUDGET is {wrong}; it must be a number of seconds above 0, such as 2.5"
        );
        assert!(text.contains(&sentence), "{text}");
        assert!(text.contains("Undecided after"), "{text}");
    }
}

#[test]
#[ignore = "a child of the tests above"]
fn child_with_a_tiny_budget() {
    println!("{}", Soak::new().budget(Duration::from_nanos(1)).run(|_| ()));
}

#[test]
#[ignore = "a child of the tests above"]
fn child_with_a_budget() {
    println!("{}", Soak::new().budget(Duration::from_secs(1)).run(|_| ()));
}
