//! A runtime with several threads, and many clients at once.

use tokio::runtime::Builder;

use crate::client::Trouble;

/// Runs `work` to its end on a new runtime with several threads.
pub fn on_threads<T>(work: impl Future<Output = T>) -> T {
    let runtime = Builder::new_multi_thread().worker_threads(4).enable_all().build();
    runtime.expect("a runtime can be created").block_on(work)
}

/// Runs all clients at once.
pub async fn all<C>(clients: impl Iterator<Item = C>) -> Result<(), Trouble>
where
    C: Future<Output = Result<(), Trouble>> + Send + 'static,
{
    let clients: Vec<_> = clients.map(tokio::spawn).collect();
    for client in clients {
        client.await.map_err(|error| Trouble::new(error.to_string()))??;
    }
    Ok(())
}
