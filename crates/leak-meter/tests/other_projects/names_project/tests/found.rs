//! Prints the first finding for each leak; `names.rs` in the meter's tests reads the output.

use leak_meter::{Allocator, Operation, Report, Snapshot, Soak};

#[global_allocator]
static METER: Allocator = Allocator::system();

fn tell(leak: &str, report: &Report) {
    let site = report.sites.first().expect("each of these leaks");
    let file = site.file.as_deref().unwrap_or("?");
    let line = site.line.map_or("?".to_owned(), |line| line.to_string());
    println!("FOUND {leak}: {} at {file}:{line}, {} findings", site.function, report.sites.len());
    let stack: Vec<String> = site.stack.iter().map(ToString::to_string).collect();
    println!("STACK {leak}: {}", stack.join(" < "));
    println!("{report}");
}

#[test]
fn each_leak_is_found() {
    let soak = || Soak::new().operations_per_round(50);

    let mut ledger = ledger::Ledger::default();
    let report = soak().run(|operation| {
        office::book(&mut ledger, operation.number());
    });
    tell("vendored", &report);
    let before = Snapshot::take();
    office::book(&mut ledger, 1);
    println!("CAME {}", Snapshot::take().since(&before));

    let mut kept = Vec::new();
    let report = wait_for(soak().run_async(async |operation: Operation| {
        office::remember(&mut kept, operation.number()).await;
    }));
    tell("asynchronous", &report);

    let mut notes = office::Notes::default();
    let report = soak().run(|operation| {
        office::visit(&mut notes, operation.number());
    });
    tell("inlined", &report);

    let auditor = ledger::Auditor::start();
    let report = soak().run(|operation| auditor.audit(operation.number()));
    tell("threaded", &report);
}

/// Polls a future that is always ready to continue.
fn wait_for<T>(future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    loop {
        if let std::task::Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
    }
}
