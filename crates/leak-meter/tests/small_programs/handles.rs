//! Threads that stay, and on Windows, where handles have no limit that matters, handles that stay.

use std::io;
use std::thread;
use std::time::Duration;

use leak_meter::internals::most_threads;
use leak_meter::{Resource, Soak};

/// A thread waits for a message that is never sent, until this process ends.
fn leave_a_thread() -> io::Result<()> {
    let wait = || loop {
        thread::park();
    };
    thread::Builder::new().stack_size(64 * 1024).spawn(wait).map(drop)
}

pub fn threads_that_stay_are_growing_after_few_operations() {
    let report = Soak::new().budget(Duration::from_secs(4)).run(|_| leave_a_thread());
    let growth = super::growing(&report, Resource::Threads);
    let (low, high) = (growth.low.expect("a rate"), growth.high.expect("a rate"));
    assert!(low <= 1.0 && 1.0 <= high, "{report}");
    assert_eq!(report.stopped, None, "{report}");
    assert!(report.operations() <= 3000, "{report}");
    // This is far below the limit of the system.
    assert!(most_threads().is_none_or(|most| report.operations() < most), "{report}");
}

/// Opens files and keeps them. The capacity for them is reserved, so that only handles grow.
#[cfg(windows)]
pub fn handles_that_stay_are_growing_and_have_their_type() {
    let mut open = Vec::with_capacity(20_000);
    let report = Soak::new().operations_per_round(20).run(|_| -> io::Result<()> {
        open.push(std::fs::File::open("NUL")?);
        Ok(())
    });
    let growth = super::growing(&report, Resource::OpenFiles);
    let (low, high) = (growth.low.expect("a rate"), growth.high.expect("a rate"));
    assert!(low <= 1.0 && 1.0 <= high, "{report}");
    let text = report.to_string();
    assert!(text.contains("open handles") && text.contains("File handles: "), "{report}");
    let why = report.unavailable.get(&Resource::Sockets).expect("they are not counted");
    assert!(why.contains("which handles are sockets"), "{why}");
}
