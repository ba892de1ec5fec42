//! A project that chooses its features: a queue that nobody empties.

/// Jobs that wait.
#[derive(Default)]
pub struct Queue {
    jobs: Vec<Box<u64>>,
}

impl Queue {
    /// One more job.
    #[inline(never)]
    pub fn push(&mut self, job: u64) {
        self.jobs.push(Box::new(job));
    }
}
