//! The services behind this one: the accounts and the archive.

/// The clients of both services. Clones share their connections.
pub trait Backend: Clone + Send + Sync + 'static {
    /// Asks the accounts whether a user may change a task. It takes a few milliseconds.
    fn may_change(&self, user: u64, task: u64) -> impl Future<Output = bool> + Send;

    /// Adds a batch of at most 50 lines to the archive, which takes half a second. The archive accepts
    /// one batch at a time.
    fn append(&self, lines: &str) -> impl Future<Output = ()> + Send;
}
