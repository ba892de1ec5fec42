//! Asynchronous work that continues for a while after its operation.

use std::thread;
use std::time::Duration;

use leak_meter::{Operation, Report, Soak, Verdict};
use tokio::runtime::{Builder, Runtime};
use tokio::{task, time};

/// How long a connection lingers after it is closed.
const LINGERS: Duration = Duration::from_millis(30);
/// How long the program waits so that all of them end.
const SETTLES: Duration = Duration::from_millis(40);

async fn close_a_connection(operation: Operation) {
    let buffer = vec![0_u8; 1000];
    tokio::spawn(async move {
        time::sleep(LINGERS).await;
        drop(buffer);
    });
    task::yield_now().await;
    if operation.number().is_multiple_of(10) {
        time::sleep(Duration::from_millis(1 + operation.seed() % 3)).await;
    }
}

fn runtimes() -> [(&'static str, Runtime); 2] {
    let one = Builder::new_current_thread().enable_time().build();
    let several = Builder::new_multi_thread().worker_threads(2).enable_time().build();
    [("one thread", one), ("two threads", several)]
        .map(|(name, runtime)| (name, runtime.expect("a runtime can be made")))
}

/// The soak with a step that blocks its thread, and with a step that is awaited.
fn both_ways(soak: impl Fn() -> Soak<'static>) -> [(&'static str, Soak<'static>); 2] {
    [
        ("settle", soak().settle(|| thread::sleep(SETTLES))),
        ("settle_async", soak().settle_async(|| time::sleep(SETTLES))),
    ]
}

fn each_way(soak: impl Fn() -> Soak<'static>, check: impl Fn(&str, &Report)) {
    for (threads, runtime) in runtimes() {
        for (step, soak) in both_ways(&soak) {
            let report = runtime.block_on(soak.run_async(close_a_connection));
            check(&format!("{step} on {threads}"), &report);
        }
    }
}

pub fn work_that_lingers_settles_on_one_thread_and_on_several() {
    each_way(
        || Soak::new().operations_per_round(100).rounds(24),
        |scene, report| {
            let live: Vec<_> =
                report.rounds.iter().map(|round| (round.live_blocks, round.settled)).collect();
            assert!(live.iter().all(|(_, settled)| *settled), "{scene}: {live:?}");
            assert_eq!(report.verdict, Verdict::Steady, "{scene}: {live:?}\n{report}");
        },
    );
}

pub fn work_that_lingers_is_steady_within_a_budget() {
    each_way(
        || Soak::new().budget(Duration::from_secs(2)),
        |scene, report| {
            assert_eq!(report.verdict, Verdict::Steady, "{scene}:\n{report}");
            // The soak does not wait for a slow round until it settles.
            let settled = report.rounds.iter().filter(|round| round.settled).count();
            let rounds = report.rounds.len();
            assert!(2 * settled > rounds, "{scene}: {settled} of {rounds} rounds settled");
        },
    );
}
