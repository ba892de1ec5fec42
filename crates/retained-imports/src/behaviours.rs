//! What is imported, and what users are told.

use exercise_harness::Context;

use crate::tracker::{Batch, Inserted};
use crate::{MAX_NOTES, MAX_ROWS, Outcome, TaskImport, Tracker};

const HANDLERS: usize = 4;
/// The longest notes in most batches.
const NOTES: usize = 100;

fn start<S: TaskImport>() -> (S, Tracker) {
    let tracker = Tracker::new(true);
    (S::start(HANDLERS, tracker.clone()), tracker)
}

/// Sends these batches of one team, which are numbered from 0, and waits until all are answered.
fn import<S: TaskImport>(service: &S, tracker: &Tracker, batches: &[Batch]) -> Vec<Outcome> {
    let before = tracker.answers();
    for (number, batch) in (0..).zip(batches) {
        tracker.send(number, *batch);
        service.import(1, number);
    }
    let answers = tracker.wait_for_answers(before + batches.len() as u64) - before;
    assert_eq!(answers, batches.len() as u64, "answers to batches of one team");
    let outcomes = tracker.take_outcomes();
    assert!(
        outcomes.iter().map(|(batch, _)| *batch).eq(0..answers),
        "{outcomes:?} are out of order"
    );
    outcomes.into_iter().map(|(_, outcome)| outcome).collect()
}

/// Fails unless these tasks are equal, without printing all of them.
fn assert_are(inserted: &[Inserted], expected: &[Inserted]) {
    let right = inserted.iter().zip(expected).take_while(|(left, right)| left == right).count();
    assert!(
        inserted == expected,
        "{} tasks were inserted, of {}; the first {right} are right",
        inserted.len(),
        expected.len()
    );
}

/// Every task of every batch is inserted once, in order, and each user is told how many.
pub fn imported_whole<S: TaskImport>(_: &Context) {
    let (service, tracker) = start::<S>();
    let batches = [3, 400, 1, 90, 0, 7].map(|rows| Batch::new(rows, NOTES));
    let outcomes = import(&service, &tracker, &batches);
    assert_eq!(outcomes, batches.map(|batch| Ok(batch.rows)));
    let inserted: Vec<Inserted> = tracker.take_committed().into_iter().flatten().collect();
    let expected: Vec<Inserted> =
        batches.into_iter().flat_map(|batch| tracker.expected(batch)).collect();
    assert_are(&inserted, &expected);
    assert_eq!(tracker.received_again(), 0, "batches that were received again");
}

/// A batch is one transaction, however many rows it has.
pub fn one_transaction<S: TaskImport>(_: &Context) {
    let (service, tracker) = start::<S>();
    for rows in [1, 10, 100, MAX_ROWS] {
        import(&service, &tracker, &[Batch::new(rows, NOTES)]);
        let sizes: Vec<usize> = tracker.take_committed().iter().map(Vec::len).collect();
        assert_eq!(sizes, [rows], "the rows of each transaction");
    }
}

/// A batch with a line that is not valid inserts nothing, wherever that line is, and the next batch is
/// imported.
pub fn invalid_changes_nothing<S: TaskImport>(_: &Context) {
    let (service, tracker) = start::<S>();
    for line in [1, 2, 250, 500] {
        let valid = Batch::new(500, NOTES);
        let invalid = Batch { wrong: Some(line), ..valid };
        let outcomes = import(&service, &tracker, &[invalid, valid]);
        assert_eq!(outcomes, [Err(line), Ok(500)]);
        let committed = tracker.take_committed();
        assert_eq!(committed.len(), 1, "transactions for one valid batch");
        assert_are(&committed[0], &tracker.expected(valid));
        assert_eq!(tracker.open_transactions(), 0, "transactions that were begun and not ended");
    }
}

/// A batch of the most rows with the longest notes is imported, and one with one more row is not.
pub fn largest_is_imported<S: TaskImport>(_: &Context) {
    let (service, tracker) = start::<S>();
    let [largest, too_large] = [0, 1].map(|more| Batch::new(MAX_ROWS + more, MAX_NOTES));
    let outcomes = import(&service, &tracker, &[largest, too_large]);
    assert_eq!(outcomes, [Ok(MAX_ROWS), Err(MAX_ROWS + 1)]);
    let inserted: Vec<Inserted> = tracker.take_committed().into_iter().flatten().collect();
    assert_are(&inserted, &tracker.expected(largest));
}

/// The last 50 imports are listed, the latest first, with what users were told.
pub fn recent_imports_are_known<S: TaskImport>(_: &Context) {
    let (service, tracker) = start::<S>();
    let batch = |number: usize| Batch {
        wrong: number.is_multiple_of(3).then_some(2),
        ..Batch::new(2 + number, NOTES)
    };
    let batches: Vec<Batch> = (0..80).map(batch).collect();
    let outcomes = import(&service, &tracker, &batches);
    let mut expected: Vec<(u64, Outcome)> = (0..).zip(outcomes).collect();
    expected.reverse();
    expected.truncate(50);
    assert_eq!(service.recent_imports(), expected);
}
