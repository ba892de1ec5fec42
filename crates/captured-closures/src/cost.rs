//! What a job costs in a runner with many jobs.

use exercise_harness::{Context, cost};

use crate::BackgroundJobs;
use crate::storage::Switch;

/// The number of jobs on each side of the comparison.
const JOBS: usize = 8_000;
/// The number of jobs that wait at once in the small queue.
const SMALL_QUEUE: usize = 10;
/// How many times as much a job may cost in the long queue.
const LIMIT: f64 = 5.0;

/// A run costs about as much for each job, however many wait.
pub fn long_queue_costs_no_more<S: BackgroundJobs>(_: &Context) {
    let ratio = cost::ratio(|| run_jobs::<S>(SMALL_QUEUE), || run_jobs::<S>(JOBS));
    assert!(
        ratio < LIMIT,
        "{JOBS} jobs in one run take {ratio:.0} times the CPU time of {JOBS} jobs in runs of \
         {SMALL_QUEUE}; at most {LIMIT} times is allowed"
    );
}

/// Runs [`JOBS`] jobs twice, `at_once` in each run.
fn run_jobs<S: BackgroundJobs>(at_once: usize) {
    let switch = Switch::default();
    let mut service = S::start(switch.storage());
    for _ in 0..JOBS / at_once {
        for job in 0..at_once {
            service.export("Garden", b"task,state", (job % 2 == 0).then_some(7));
        }
        for busy in [true, false] {
            switch.set_busy(busy);
            service.run();
        }
        assert_eq!(
            service.deliver().len(),
            at_once,
            "half of the jobs have a reader, who gets two letters"
        );
    }
}
