//! Puts records into batches.

use std::time::Duration;

use tokio::sync::mpsc::{Receiver, Sender, UnboundedReceiver};
use tokio::time::{Instant, timeout_at};

use crate::record::{Batch, Record};

/// The longest time that a record waits for others, so that it goes on record soon in quiet hours too.
const LONGEST_WAIT: Duration = Duration::from_secs(1);

/// Puts records into batches, in order, and passes a batch on when it is full or has waited for long
/// enough. Ends with the last record. Batches that were written come back as `spares`, to be reused.
pub async fn run(
    mut records: Receiver<Record>,
    batches: Sender<Batch>,
    mut spares: UnboundedReceiver<Batch>,
) {
    while let Some(first) = records.recv().await {
        let mut batch = spares.try_recv().unwrap_or_default();
        batch.push(&first);
        let deadline = Instant::now() + LONGEST_WAIT;
        while !batch.is_full() {
            match timeout_at(deadline, records.recv()).await {
                Ok(Some(record)) => batch.push(&record),
                Ok(None) | Err(_) => break,
            }
        }
        if batches.send(batch).await.is_err() {
            return;
        }
    }
}
