//! Work that blocks, for a limited number of requests at once.

use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::{self, JoinError};

/// A limit on the number of pieces of work at once.
#[derive(Debug)]
pub struct Limit(Arc<Semaphore>);

impl Limit {
    pub fn new(at_once: usize) -> Self {
        Self(Arc::new(Semaphore::new(at_once)))
    }

    /// Runs `work` on a thread where blocking is allowed; `None` if the limit is already reached.
    ///
    /// If the caller goes away, the work continues, and counts towards the limit until it ends.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Option<Result<T, JoinError>> {
        let permit = Arc::clone(&self.0).try_acquire_owned().ok()?;
        let work = move || {
            let _permit = permit;
            work()
        };
        Some(task::spawn_blocking(work).await)
    }
}
