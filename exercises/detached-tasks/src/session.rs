//! One editor that is open, and how it hands over what is typed.

use thiserror::Error;
use tokio::sync::{mpsc, oneshot};

use crate::autosave;
use crate::writer::{Entry, Writer};

/// Entries that may wait for the writer. Who types faster has to wait as well.
const QUEUE: usize = 32;

/// An editor that somebody has open on a task.
///
/// Who leaves without submitting just drops it: what was typed until then is saved, and is there
/// when the editor is opened again.
#[derive(Debug)]
pub struct Session {
    entries: mpsc::Sender<Entry>,
}

/// The session's writer has ended and takes nothing any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the session has ended")]
pub struct Ended;

impl Session {
    /// Opens an editor whose draft `writer` keeps.
    pub fn open(writer: Writer) -> Self {
        let (entries, received) = mpsc::channel(QUEUE);
        tokio::spawn(writer.run(received));
        tokio::spawn(autosave::run(entries.clone()));
        Self { entries }
    }

    /// Adds what was typed to the draft.
    pub async fn write(&self, text: &str) -> Result<(), Ended> {
        self.send(Entry::Text(text.to_owned())).await
    }

    /// Makes a comment of the draft. It is there when this returns.
    pub async fn submit(self) -> Result<(), Ended> {
        let (done, submitted) = oneshot::channel();
        self.send(Entry::Submit(done)).await?;
        submitted.await.map_err(|_| Ended)
    }

    async fn send(&self, entry: Entry) -> Result<(), Ended> {
        self.entries.send(entry).await.map_err(|_| Ended)
    }
}
