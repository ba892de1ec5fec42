//! A soak that is started inside another one is refused with a sentence; the outer soak continues.
#![cfg(all(feature = "holders", feature = "soak"))]

use std::hint::black_box;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use leak_meter::{Allocator, Report, Soak, Verdict};

#[global_allocator]
static METER: Allocator = Allocator::system();

/// The reports of the outer soak and the first inner one. Neither must wait for the other.
fn without_waiting(soaks: impl FnOnce() -> (Report, Report) + Send + 'static) -> (Report, Report) {
    let (send, reports) = mpsc::channel();
    thread::spawn(move || {
        let _ = send.send(Box::new(soaks()));
    });
    reports
        .recv_timeout(Duration::from_secs(60))
        .map(|reports| *reports)
        .expect("the soaks end within a minute")
}

fn short<'a>() -> Soak<'a> {
    Soak::new().operations_per_round(10).rounds(24)
}

#[inline(never)]
#[allow(clippy::vec_box)] // Each value needs a block of its own.
fn hoard(kept: &mut Vec<Box<u64>>, number: u64) {
    kept.push(black_box(Box::new(number)));
}

#[track_caller]
fn only_the_outer_one_was_judged((outer, inner): &(Report, Report)) {
    assert_eq!(inner.verdict, Verdict::Undecided, "{inner}");
    assert!(inner.rounds.is_empty(), "{inner}");
    let sentence = "this soak was started inside another one";
    assert!(inner.to_string().contains(sentence), "{inner}");
    assert_eq!(outer.verdict, Verdict::Growing, "{outer}");
    // The search for the outer soak's call sites continued after the inner one had ended.
    assert!(outer.sites[0].function.ends_with("hoard"), "{outer}");
    assert_eq!(outer.sites[0].live_blocks, 240, "{outer}");
}

#[test]
fn a_soak_inside_a_soak_is_refused() {
    let reports = without_waiting(|| {
        let (mut inner, mut kept) = (None, Vec::with_capacity(1000));
        let outer = short().run(|operation| {
            if operation.number() == 35 {
                inner = Some(short().run(|_| ()));
            }
            hoard(&mut kept, operation.number());
        });
        (outer, inner.expect("the inner soak gave a report"))
    });
    only_the_outer_one_was_judged(&reports);
}

#[test]
fn a_soak_inside_an_asynchronous_soak_is_refused() {
    for inner_waits in [false, true] {
        let reports = without_waiting(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().build();
            let (mut inner, mut kept) = (None, Vec::with_capacity(1000));
            let outer = short().run_async(async |operation| {
                if operation.number() == 35 {
                    tokio::task::yield_now().await;
                    let report = if inner_waits {
                        short().run_async(async |_| ()).await
                    } else {
                        short().run(|_| ())
                    };
                    inner = Some(report);
                }
                hoard(&mut kept, operation.number());
            });
            let outer = runtime.expect("a runtime").block_on(outer);
            (outer, inner.expect("the inner soak gave a report"))
        });
        only_the_outer_one_was_judged(&reports);
    }
}

#[test]
fn two_asynchronous_soaks_of_one_task_take_turns() {
    let (first, second) = without_waiting(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let soak = || short().run_async(async |_| tokio::task::yield_now().await);
        runtime.block_on(async { tokio::join!(soak(), soak()) })
    });
    assert_eq!((first.rounds.len(), second.rounds.len()), (24, 24));
}
