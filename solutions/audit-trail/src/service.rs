//! The entry point, which handles requests.

use parking_lot::Mutex;
use thiserror::Error;

use crate::backend::Backend;
use crate::board::{Board, Task};
use crate::record::Record;
use crate::trail::{Ended, Trail};

/// The tasks, and the audit trail of their changes.
#[derive(Debug)]
pub struct TaskService<B> {
    backend: B,
    board: Mutex<Board>,
    trail: Trail,
}

/// Why a task was not changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ChangeError {
    #[error("this user may not change this task")]
    NotAllowed,
    #[error(transparent)]
    NotRecorded(#[from] Ended),
}

impl<B: Backend> TaskService<B> {
    /// Starts a service without tasks on the current runtime.
    pub fn start(backend: B) -> Self {
        let trail = Trail::start(backend.clone());
        Self { backend, board: Mutex::default(), trail }
    }

    /// `PUT /tasks/{task}`: changes a task and puts the change on record. Returns the task's new version.
    pub async fn change(&self, user: u64, task: u64, text: &str) -> Result<u64, ChangeError> {
        if !self.backend.may_change(user, task).await {
            return Err(ChangeError::NotAllowed);
        }
        // Nothing is changed before there is room: the caller may leave while it waits.
        let room = self.trail.room().await?;
        // The lock is held until the change is on record, so that records are in the order of changes.
        let mut board = self.board.lock();
        let version = board.next_version(task);
        room.send(Record { task, version, user, text: text.to_owned() });
        board.change(task, version, text);
        Ok(version)
    }

    /// `GET /tasks/{task}`: a task as it is now.
    pub fn task(&self, task: u64) -> Task {
        self.board.lock().task(task)
    }

    /// Ends the service. When this returns, every change is in the archive.
    pub async fn end(self) {
        self.trail.end().await;
    }
}
