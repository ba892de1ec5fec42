//! The workload of the soak: some teams import a batch at the same time, then nobody does.

use exercise_harness::Context;
use fastrand::Rng;
use leak_meter::{Operation, Report};

use crate::tracker::Batch;
use crate::{TaskImport, Tracker};

const HANDLERS: usize = 7;
/// Imports at the same time.
const AT_ONCE: std::ops::RangeInclusive<u64> = 1..=2;
const ROWS: usize = 300;
/// The longest notes, in bytes.
const NOTES: usize = 8_000;

/// Runs many imports and measures what they leave behind.
pub fn growth<S: TaskImport>(context: &Context) -> Report {
    let tracker = Tracker::new(false);
    let service = S::start(HANDLERS, tracker.clone());
    context.soak().run(|operation| import(&service, &tracker, operation))
}

/// Some teams import a batch each, at the same time. Few teams do so often, and most rarely.
fn import<S: TaskImport>(
    service: &S,
    tracker: &Tracker,
    operation: Operation,
) -> Result<(), String> {
    let mut rng = Rng::with_seed(operation.seed());
    let before = tracker.answers();
    let batches = rng.u64(AT_ONCE);
    for batch in 0..batches {
        tracker.send(batch, Batch { seed: rng.u64(..), ..Batch::new(ROWS, NOTES) });
        service.import(team(&mut rng), batch);
    }
    if tracker.wait_for_answers(before + batches) < before + batches {
        return Err("a batch was not answered".to_owned());
    }
    Ok(())
}

/// A team: some import often, and others rarely.
fn team(rng: &mut Rng) -> usize {
    rng.usize(0..HANDLERS).min(rng.usize(0..HANDLERS))
}
