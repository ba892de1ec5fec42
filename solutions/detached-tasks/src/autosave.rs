//! The runtime task that has a session's draft saved at intervals.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time;

use crate::writer::Entry;

/// The time between two saves: a crash of the server loses at most this much typing.
const INTERVAL: Duration = Duration::from_secs(5);

/// Asks the writer behind `entries` to save at intervals, until that writer has ended.
pub async fn run(entries: mpsc::Sender<Entry>) {
    loop {
        time::sleep(INTERVAL).await;
        if entries.send(Entry::Save).await.is_err() {
            return;
        }
    }
}
