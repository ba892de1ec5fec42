//! How many batches are imported at once, and at what cost.

use exercise_harness::Context;

use crate::tracker::Batch;
use crate::{MAX_ROWS, TaskImport, Tracker};

/// Handlers in most checks.
const HANDLERS: usize = 4;
/// Handlers of the bug report.
const CONFIGURED: usize = 48;
/// The longest notes in a batch.
const NOTES: usize = 100;

/// Sends a batch of each of these teams and waits until all are answered.
fn import<S: TaskImport>(
    service: &S,
    tracker: &Tracker,
    teams: impl Iterator<Item = usize>,
    batch: Batch,
) {
    let before = tracker.answers();
    let mut sent = 0;
    for team in teams {
        tracker.send(sent, batch);
        service.import(team, sent);
        sent += 1;
    }
    let answers = tracker.wait_for_answers(before + sent) - before;
    assert_eq!(answers, sent, "batches that were answered");
}

/// All handlers import large batches at the same time, while the database is slow.
pub fn all_import_at_once<S: TaskImport>(_: &Context) {
    for handlers in [1, HANDLERS, CONFIGURED] {
        let tracker = Tracker::new(false);
        let service = S::start(handlers, tracker.clone());
        let hold = tracker.hold();
        for (number, team) in (0..).zip(0..handlers) {
            tracker.send(number, Batch::new(MAX_ROWS, NOTES));
            service.import(team, number);
        }
        let arrived = tracker.wait_for_commits(handlers as u64);
        drop(hold);
        assert_eq!(
            arrived, handlers as u64,
            "transactions that {handlers} handlers had ready at the same time"
        );
    }
}

/// A handler keeps its connection, however many batches it imports, and whatever is in them.
pub fn connect_once<S: TaskImport>(_: &Context) {
    let tracker = Tracker::new(false);
    let service = S::start(HANDLERS, tracker.clone());
    let batch = Batch::new(5, NOTES);
    for round in 0..200 {
        let wrong = (round % 10 == 9).then_some(3);
        import(&service, &tracker, 0..HANDLERS, Batch { wrong, ..batch });
    }
    import(&service, &tracker, 0..HANDLERS, Batch::new(MAX_ROWS, NOTES));
    import(&service, &tracker, 0..HANDLERS, batch);
    let connections = tracker.connections();
    assert_eq!(
        connections, HANDLERS as u64,
        "connections of {HANDLERS} handlers, after many batches"
    );
}

/// Handlers that have no batch do not connect.
pub fn connect_when_needed<S: TaskImport>(_: &Context) {
    let tracker = Tracker::new(false);
    let service = S::start(CONFIGURED, tracker.clone());
    assert_eq!(tracker.connections(), 0, "connections before the first batch");
    for _ in 0..3 {
        import(&service, &tracker, (0..3).map(|team| 7 * team), Batch::new(5, NOTES));
    }
    assert_eq!(tracker.connections(), 3, "connections for the batches of three handlers");
}
