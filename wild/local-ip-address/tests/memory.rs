//! The memory test of this case.

use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use exercise_harness::{Bound, Context, Suite};
use leak_meter::probe::ThreadsProbe;
use leak_meter::{Report, Resource};
use wild_local_ip_address::StatusPage;

#[global_allocator]
static METER: exercise_harness::Meter = exercise_harness::meter();

/// How long what a page has started may take to end.
const DEADLINE: Duration = Duration::from_secs(10);

fn growth(context: &Context) -> Report {
    let mut page = StatusPage::new("board");
    context.soak().run(|_| assert!(page.render().starts_with("board is up ")))
}

/// Each page names the service, and says which page it is.
fn pages_are_numbered(_: &Context) {
    let mut page = StatusPage::new("board");
    for number in 1..=3 {
        let text = page.render();
        assert!(text.starts_with("board is up "), "{text}");
        assert!(text.ends_with(&format!("(page {number})")), "{text}");
    }
}

/// Every page of a machine that keeps its address says the same.
fn address_stays(_: &Context) {
    let place = |text: String| text.split(" (page").next().unwrap_or_default().to_owned();
    let mut page = StatusPage::new("board");
    let first = place(page.render());
    assert_eq!(first, place(page.render()));
    assert_eq!(first, place(StatusPage::new("board").render()));
}

/// Threads end soon after the page that needed them.
fn bound(_: &Context) -> Bound {
    let mut threads = ThreadsProbe::new().expect("threads can be counted");
    let mut count = || threads.count().expect("threads can be counted again");
    let (before, limit) = (count(), 2);
    let mut page = StatusPage::new("board");
    for _ in 0..40 {
        page.render();
    }
    let began = Instant::now();
    let mut measured = count().saturating_sub(before);
    while measured > limit && began.elapsed() < DEADLINE {
        thread::sleep(Duration::from_millis(20));
        measured = count().saturating_sub(before);
    }
    Bound { resource: Resource::Threads, measured, limit, after: "40 pages".to_owned() }
}

fn main() -> ExitCode {
    Suite::new("local-ip-address", include_str!("../exercise.toml"))
        .behaviour("pages_are_numbered", pages_are_numbered)
        .behaviour("address_stays", address_stays)
        .growth(growth)
        .bound("threads", bound)
        .main()
}
