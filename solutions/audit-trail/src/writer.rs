//! Hands batches to the archive, one after the other.

use tokio::sync::mpsc::{Receiver, UnboundedSender};

use crate::backend::Backend;
use crate::record::Batch;

/// Appends every batch to the archive, then returns it as a spare one. Ends with the last batch.
pub async fn run(
    mut batches: Receiver<Batch>,
    spares: UnboundedSender<Batch>,
    backend: impl Backend,
) {
    while let Some(mut batch) = batches.recv().await {
        backend.append(batch.lines()).await;
        batch.clear();
        // A collector that has ended needs no more batches.
        let _ = spares.send(batch);
    }
}
