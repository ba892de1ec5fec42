//! The workload of the soak: concurrent requests, sometimes few, sometimes many.

use exercise_harness::Context;
use fastrand::Rng;
use leak_meter::{Operation, Report};

use crate::{Database, KINDS, SessionPool};

/// Sessions that may be open.
const MAX_SESSIONS: usize = 24;
/// One in this many moments is a peak.
const MOMENTS_PER_PEAK: u64 = 25;
/// Concurrent requests in an ordinary moment.
const ORDINARY: std::ops::RangeInclusive<usize> = 1..=4;
/// The kinds of request that come every day.
const EVERY_DAY: usize = KINDS / 2;

/// Runs many moments and measures what they leave behind.
pub fn growth<S: SessionPool>(context: &Context) -> Report {
    let pool = S::start(MAX_SESSIONS, Database::default());
    context.soak().run(|operation| moment(&pool, operation))
}

/// One moment: some concurrent requests, each of which takes a session and runs a statement.
///
/// Most run the statement of an everyday request, some that of a rare one, such as the invoice of
/// a year.
fn moment<S: SessionPool>(pool: &S, operation: Operation) -> Result<(), String> {
    let mut rng = Rng::with_seed(operation.seed());
    let is_peak = operation.number().is_multiple_of(MOMENTS_PER_PEAK);
    let requests = if is_peak { rng.usize(4..=MAX_SESSIONS) } else { rng.usize(ORDINARY) };
    let mut in_use = Vec::with_capacity(requests);
    for _ in 0..requests {
        in_use.push(pool.take().ok_or("no session was available below the limit")?);
    }
    for session in &mut in_use {
        let kind = if rng.u8(0..4) == 0 { rng.usize(0..KINDS) } else { rng.usize(0..EVERY_DAY) };
        pool.run(session, kind, rng.u32(0..1_000))?;
    }
    Ok(())
}
