//! How much jobs may hold while they wait and after they have ended.

use exercise_harness::{Bound, Context};
use leak_meter::{HeapCounts, Resource};

use crate::BackgroundJobs;
use crate::storage::Switch;
use crate::workload::{BODY_BYTES, malformed_table, table};

/// The number of jobs of each kind in one measurement.
const JOBS: u64 = 100;

/// The bytes that collections may hold when all jobs have ended. Nothing of a job may stay.
const SLACK: u64 = 16 * 1024;

/// The bytes that a waiting job may hold in addition to its body.
const BESIDE_THE_BODY: u64 = 2 * 1024;

/// Jobs that are done, at the first attempt, the second or the third.
pub fn finished_jobs<S: BackgroundJobs>(_: &Context) -> Bound {
    let switch = Switch::default();
    let mut service = S::start(switch.storage());
    let measured = bytes_left(|| {
        for job in 0..JOBS {
            export_and_import(&mut service, job);
            for failed in 0..3 {
                switch.set_busy(failed < job % 3);
                service.run();
            }
            service.deliver();
        }
    });
    let after = format!("{JOBS} exports and {JOBS} imports were done");
    Bound { resource: Resource::LiveBytes, measured, limit: SLACK, after }
}

/// Jobs that are given up or cancelled, each in every way.
pub fn abandoned_jobs<S: BackgroundJobs>(_: &Context) -> Bound {
    let switch = Switch::default();
    let mut service = S::start(switch.storage());
    switch.set_busy(true);
    let measured = bytes_left(|| {
        for job in 0..JOBS {
            // The other jobs are cancelled after this many failed attempts.
            let failures = job % 4;
            let jobs = export_and_import(&mut service, job);
            let backup = service.back_up("Garden", &table(job), 1);
            let malformed = service.import("Garden", &malformed_table(job), 1);
            (0..failures).for_each(|_| service.run());
            for job in jobs.into_iter().chain([backup]) {
                assert_eq!(service.cancel(job), failures < 3, "a failed job waits twice");
            }
            service.run();
            assert!(!service.is_waiting(malformed), "a malformed table is given up at once");
            service.deliver();
        }
    });
    let after = format!("{} jobs were given up or cancelled", 4 * JOBS);
    Bound { resource: Resource::LiveBytes, measured, limit: SLACK, after }
}

/// Jobs that wait for another attempt, after as many were cancelled.
pub fn waiting_jobs<S: BackgroundJobs>(_: &Context) -> Bound {
    let switch = Switch::default();
    let mut service = S::start(switch.storage());
    switch.set_busy(true);
    let measured = bytes_left(|| {
        for job in 0..JOBS {
            let [export, import] = export_and_import(&mut service, job);
            let cancelled = if job.is_multiple_of(2) { export } else { import };
            assert!(service.cancel(cancelled), "a new job waits");
        }
        service.run();
        service.deliver();
    });
    let body = u64::try_from(BODY_BYTES).expect("a body is small");
    Bound {
        resource: Resource::LiveBytes,
        measured,
        limit: JOBS * (body + BESIDE_THE_BODY),
        after: format!(
            "{JOBS} of {} jobs were cancelled while {JOBS} wait to be tried again",
            2 * JOBS
        ),
    }
}

fn export_and_import<S: BackgroundJobs>(service: &mut S, seed: u64) -> [u64; 2] {
    let table = table(seed);
    [service.export("Garden", &table, Some(1)), service.import("Garden", &table, 1)]
}

/// The bytes that `work` leaves behind.
fn bytes_left(work: impl FnOnce()) -> u64 {
    let before = HeapCounts::now().live_bytes();
    work();
    HeapCounts::now().live_bytes().saturating_sub(before)
}
