//! The way of a record from a request to the archive.

use thiserror::Error;
use tokio::sync::mpsc::{self, UnboundedSender};
use tokio::task::JoinHandle;

use crate::backend::Backend;
use crate::record::Record;
use crate::{collector, writer};

/// Batches that may wait for the archive. If there are as many, the collector waits as well.
const BATCHES: usize = 2;

/// The audit trail: records are collected into batches, and batches are written to the archive.
#[derive(Debug)]
pub struct Trail {
    records: UnboundedSender<Record>,
    writing: JoinHandle<()>,
}

/// The trail has ended and takes no more records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the audit trail has ended")]
pub struct Ended;

impl Trail {
    /// Starts a trail on the current runtime.
    pub fn start(backend: impl Backend) -> Self {
        let (records, received) = mpsc::unbounded_channel();
        let (batches, filled) = mpsc::channel(BATCHES);
        let (spares, emptied) = mpsc::unbounded_channel();
        tokio::spawn(collector::run(received, batches, emptied));
        let writing = tokio::spawn(writer::run(filled, spares, backend));
        Self { records, writing }
    }

    /// Adds a record.
    pub fn add(&self, record: Record) -> Result<(), Ended> {
        self.records.send(record).map_err(|_| Ended)
    }

    /// Ends the trail. When this returns, the archive has every record.
    pub async fn end(self) {
        drop(self.records);
        // It fails if the writer has panicked, which the runtime has reported.
        let _ = self.writing.await;
    }
}
