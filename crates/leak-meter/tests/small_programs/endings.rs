//! Soaks that do not run to their end: an operation panics, or the soak is cancelled.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use leak_meter::allocator::{self, Method};
use leak_meter::{Operation, Resource, Soak, Verdict};
use tokio::runtime::Builder;
use tokio::task::{self, JoinError, LocalSet};
use tokio::time;

/// The programs whose standard error the tests below read.
pub const PROGRAMS: &[super::isolated::Scene] = &[
    ("panics", || panics(Outside::On)),
    ("panics_while_off", || panics(Outside::Off)),
    ("panics_asynchronously", || panics_asynchronously(Outside::On)),
    ("panics_asynchronously_while_off", || panics_asynchronously(Outside::Off)),
    ("is_cancelled", || is_cancelled(Outside::On)),
    ("is_cancelled_while_off", || is_cancelled(Outside::Off)),
];

/// Whether call sites are looked for outside the soak.
#[derive(Debug, Clone, Copy)]
enum Outside {
    On,
    Off,
}

impl Outside {
    fn begin(self) {
        match self {
            Self::On => assert_ne!(allocator::method(), Method::Off, "it begins by itself"),
            Self::Off => allocator::stop(),
        }
    }

    #[track_caller]
    fn is_as_before(self) {
        match self {
            Self::On => assert_ne!(allocator::method(), Method::Off),
            Self::Off => assert_eq!(allocator::method(), Method::Off),
        }
    }
}

/// The line that a program prints when the panic has reached the caller of the soak.
const CAUGHT: &str = "the caller has caught the panic";

#[test]
fn an_operation_that_panics_prints_the_report_so_far_and_leaves_attribution_as_it_was() {
    prints_the_report_and_panics("panics");
    prints_the_report_and_panics("panics_while_off");
}

#[test]
fn an_asynchronous_operation_that_panics_does_the_same() {
    prints_the_report_and_panics("panics_asynchronously");
    prints_the_report_and_panics("panics_asynchronously_while_off");
}

#[test]
fn a_cancelled_soak_leaves_attribution_as_it_was_and_prints_nothing() {
    for program in ["is_cancelled", "is_cancelled_while_off"] {
        let errors = super::in_a_process(program);
        assert!(!errors.contains("leak-meter"), "{errors}");
    }
}

#[track_caller]
fn prints_the_report_and_panics(program: &str) {
    let errors = super::in_a_process(program);
    let after = |from: usize, text: &str| {
        let at = errors[from..].find(text);
        from + at.unwrap_or_else(|| panic!("no \"{text}\" in\n{errors}"))
    };
    let head = after(0, "leak-meter, until an operation panicked:");
    let report = after(head, "3,000 operations in 30 rounds");
    let why = after(report, "operation 3042 panicked: the order 3041 is broken");
    let finding = after(why, "keep_order");
    after(finding, CAUGHT);
    assert_eq!(errors.matches("until an operation panicked").count(), 1, "{errors}");
}

/// Keeps one block per operation. The 42nd operation of the 31st round panics.
fn keep_order(kept: &mut Vec<Box<u64>>, operation: Operation) {
    assert!(operation.number() != 3041, "the order {} is broken", operation.number());
    kept.push(Box::new(operation.number()));
}

fn soak() -> Soak<'static> {
    Soak::new().operations_per_round(100)
}

fn panics(outside: Outside) {
    outside.begin();
    let mut kept = Vec::with_capacity(10_000);
    let soak = || soak().run(|operation| keep_order(&mut kept, operation));
    is_caught(catch_unwind(AssertUnwindSafe(soak)).map(drop), outside);
    the_next_soak_works();
}

fn panics_asynchronously(outside: Outside) {
    outside.begin();
    in_a_runtime(async {
        let soak = async {
            let mut kept = Vec::with_capacity(10_000);
            let workload = async |operation: Operation| {
                task::yield_now().await;
                keep_order(&mut kept, operation);
            };
            drop(soak().run_async(workload).await);
        };
        // A task of its own catches the panic, as in a server.
        let tasks = LocalSet::new();
        let result = tasks.run_until(async { task::spawn_local(soak).await }).await;
        is_caught(result.map_err(JoinError::into_panic), outside);
        the_next_asynchronous_soak_works().await;
    });
    the_next_soak_works();
}

fn is_cancelled(outside: Outside) {
    outside.begin();
    in_a_runtime(async {
        let endless = Soak::new().run_async(async |_| {
            assert_ne!(allocator::method(), Method::Off, "a soak attributes");
            time::sleep(Duration::from_millis(1)).await;
        });
        let limit = Duration::from_millis(300);
        assert!(time::timeout(limit, endless).await.is_err(), "it goes on for its budget");
        outside.is_as_before();
        the_next_asynchronous_soak_works().await;
    });
    the_next_soak_works();
}

#[allow(clippy::print_stderr)] // The order of the output matters.
#[track_caller]
fn is_caught(result: Result<(), Box<dyn std::any::Any + Send>>, outside: Outside) {
    eprintln!("{CAUGHT}");
    let payload = result.expect_err("the panic goes on");
    let text = payload.downcast_ref::<String>().map(String::as_str);
    assert_eq!(text, Some("the order 3041 is broken"), "the payload is the operation's own");
    outside.is_as_before();
}

fn in_a_runtime(work: impl Future<Output = ()>) {
    let runtime = Builder::new_current_thread().enable_time().build();
    runtime.expect("a runtime can be made").block_on(work);
}

#[inline(never)]
fn hoard(hoarded: &mut Vec<Box<u64>>, number: u64) {
    hoarded.push(Box::new(number));
}

fn the_next_soak_works() {
    let mut hoarded = Vec::with_capacity(10_000);
    let report = soak().run(|operation| hoard(&mut hoarded, operation.number()));
    super::growing(&report, Resource::LiveBlocks);
    super::is_at(&report, "endings::hoard");
    assert_eq!(soak().run(|_| ()).verdict, Verdict::Steady);
}

async fn the_next_asynchronous_soak_works() {
    let mut hoarded = Vec::with_capacity(10_000);
    let workload = async |operation: Operation| hoard(&mut hoarded, operation.number());
    let report = soak().run_async(workload).await;
    super::growing(&report, Resource::LiveBlocks);
    super::is_at(&report, "endings::hoard");
}
