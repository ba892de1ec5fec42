//! A project that chooses its features: a queue that is never emptied.

/// Waiting jobs.
#[derive(Default)]
pub struct Queue {
    jobs: Vec<Box<u64>>,
}

impl Queue {
    /// Adds a job.
    #[inline(never)]
    pub fn push(&mut self, job: u64) {
        self.jobs.push(Box::new(job));
    }
}
