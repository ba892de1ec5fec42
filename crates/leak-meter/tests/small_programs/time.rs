//! The time that a soak takes, whatever its operations do.

use std::hint::black_box;
use std::panic;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use leak_meter::{Report, Soak, Verdict};

const BUDGET: Duration = Duration::from_secs(3);
/// How long judging and naming may take beyond the budget.
const REPORT: Duration = Duration::from_secs(5);

/// Runs a soak, and asserts that it takes at most its budget and the time for the report.
#[track_caller]
fn in_time(workload: impl FnMut(leak_meter::Operation)) -> Report {
    let began = Instant::now();
    let report = Soak::new().budget(BUDGET).run(workload);
    let took = began.elapsed();
    assert!(took <= BUDGET + REPORT, "it took {took:?}\n{report}");
    report
}

fn serve(number: u64) {
    drop(black_box(vec![number; 10]));
}

pub fn a_slow_first_operation_is_part_of_a_steady_soak() {
    let report = in_time(|operation| {
        if operation.number() == 0 {
            thread::sleep(Duration::from_millis(1500));
        }
        serve(operation.number());
    });
    assert_eq!(report.verdict, Verdict::Steady, "{report}");
    assert!(report.rounds.len() >= 96, "{report}");
    // The other operations are not as slow, and many of them are done.
    assert!(report.operations() > 1000, "{report}");
}

pub fn a_busy_thread_beside_the_workload_costs_no_more_than_the_budget() {
    let ends = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !ends.load(Ordering::Relaxed) {
                (1..400).for_each(|length| drop(black_box(vec![0_u8; length])));
                thread::sleep(Duration::from_micros(200));
            }
        });
        let report = panic::catch_unwind(|| in_time(|operation| serve(operation.number())));
        // A failure must not leave the thread running.
        ends.store(true, Ordering::Relaxed);
        let report = report.unwrap_or_else(|panic| panic::resume_unwind(panic));
        assert_eq!(report.verdict, Verdict::Steady, "{report}");
    });
}

pub fn operations_that_slow_down_as_they_leak_end_in_time_and_are_growing() {
    let mut subscribers = Vec::new();
    let report = in_time(|operation| subscribe_and_tell_all(&mut subscribers, operation.number()));
    assert_eq!(report.verdict, Verdict::Growing, "{report}");
    super::is_at(&report, "time::subscribe_and_tell_all");

    // The same, where each subscriber is so expensive that few operations fit.
    let mut subscribers = Vec::new();
    let report = in_time(|operation| {
        subscribe_and_tell_all(&mut subscribers, operation.number());
        thread::sleep(Duration::from_micros(5 * subscribers.len() as u64));
    });
    assert_eq!(report.verdict, Verdict::Growing, "{report}");
    super::is_at(&report, "time::subscribe_and_tell_all");
}

#[inline(never)]
fn subscribe_and_tell_all(subscribers: &mut Vec<Box<u64>>, number: u64) {
    subscribers.push(Box::new(number));
    for subscriber in subscribers {
        **subscriber = black_box(number);
    }
}
