//! How much may be kept after many imports: live bytes, and the memory that the system counts.

use exercise_harness::{Bound, Context};
use leak_meter::probe::ResidentBytesProbe;
use leak_meter::{HeapCounts, Resource};

use crate::tracker::Batch;
use crate::{TaskImport, Tracker};

const HANDLERS: usize = 12;
const ROWS: usize = 300;
const NOTES: usize = 2_000;
/// How often all handlers import a batch before the first reading.
const FIRST_TIMES: u64 = 4;
/// How often they do so after it.
const FURTHER_TIMES: u64 = 40;
/// The live bytes that handlers may keep, with their connections and queues.
const LIVE: u64 = 64 * 1024;
/// By how much resident memory may rise later. The batches of all handlers together have 5.4 MB.
const RESIDENT: u64 = 2_000_000;

/// After batches of all handlers at once, almost nothing stays allocated.
pub fn little_is_kept<S: TaskImport>(_: &Context) {
    let tracker = Tracker::new(false);
    let before = HeapCounts::now().live_bytes();
    let service = S::start(HANDLERS, tracker.clone());
    import(&service, &tracker, FIRST_TIMES);
    let kept = HeapCounts::now().live_bytes().saturating_sub(before);
    assert!(
        kept <= LIVE,
        "after {HANDLERS} handlers imported {FIRST_TIMES} batches each, {kept} bytes are still allocated; at \
         most {LIVE} are allowed"
    );
}

/// Imports many batches with all handlers at once: resident memory rises with the first of them, and then no
/// more, while live bytes are level all the time.
pub fn resident_after_imports<S: TaskImport>(_: &Context) -> Bound {
    let tracker = Tracker::new(false);
    let service = S::start(HANDLERS, tracker.clone());
    let mut probe = ResidentBytesProbe::new().expect("the trial is listed only if there is one");
    let mut readings =
        || (probe.bytes().expect("it was read before"), HeapCounts::now().live_bytes());
    let start = readings();
    import(&service, &tracker, FIRST_TIMES);
    let first = readings();
    import(&service, &tracker, FURTHER_TIMES);
    let last = readings();
    Bound {
        resource: Resource::ResidentBytes,
        measured: last.0.saturating_sub(first.0),
        limit: RESIDENT,
        after: format!(
            "{FIRST_TIMES} batches for each handler, resident memory went from {} to {} and live bytes from {} \
             to {}; after {FURTHER_TIMES} more, live bytes were {} and more",
            start.0, first.0, start.1, first.1, last.1
        ),
    }
}

/// Imports a batch with each handler, so many times. Each time, all handlers have their batch in memory at once, so
/// that resident memory does not depend on how the system schedules them.
fn import<S: TaskImport>(service: &S, tracker: &Tracker, times: u64) {
    for _ in 0..times {
        let after = tracker.answers() + HANDLERS as u64;
        let hold = tracker.hold();
        for (number, team) in (0..).zip(0..HANDLERS) {
            tracker.send(number, Batch::new(ROWS, NOTES));
            service.import(team, number);
        }
        let ready = tracker.wait_for_commits(after);
        assert_eq!(ready, after, "transactions that {HANDLERS} handlers had ready in all");
        drop(hold);
        tracker.wait_for_answers(after);
    }
}
