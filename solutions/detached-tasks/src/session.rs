//! One open editor, which passes typed text to its writer.

use thiserror::Error;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

use crate::autosave;
use crate::writer::{Entry, Writer};

/// Entries that may wait for the writer. If the queue is full, the author waits as well.
const QUEUE: usize = 32;

/// An open editor on a task.
///
/// To leave without submitting, drop it: the text typed until then is saved, and is there when
/// the editor is opened again.
#[derive(Debug)]
pub struct Session {
    entries: mpsc::Sender<Entry>,
    /// The tasks that end with the session.
    _tasks: JoinSet<()>,
}

/// The session's writer has ended and accepts no more entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the session has ended")]
pub struct Ended;

impl Session {
    /// Opens an editor with `writer`, which keeps its draft.
    pub fn open(writer: Writer) -> Self {
        let (entries, received) = mpsc::channel(QUEUE);
        tokio::spawn(writer.run(received));
        let mut tasks = JoinSet::new();
        tasks.spawn(autosave::run(entries.clone()));
        Self { entries, _tasks: tasks }
    }

    /// Adds typed text to the draft.
    pub async fn write(&self, text: &str) -> Result<(), Ended> {
        self.send(Entry::Text(text.to_owned())).await
    }

    /// Turns the draft into a comment, which is stored when this returns.
    pub async fn submit(self) -> Result<(), Ended> {
        let (done, submitted) = oneshot::channel();
        self.send(Entry::Submit(done)).await?;
        submitted.await.map_err(|_| Ended)
    }

    async fn send(&self, entry: Entry) -> Result<(), Ended> {
        self.entries.send(entry).await.map_err(|_| Ended)
    }
}
