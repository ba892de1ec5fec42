//! A thread that packs one project after the other.

use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::thread::{self, JoinHandle};

use crate::office::Office;
use crate::packer::Packer;
use crate::waiting::Waiting;

/// A worker with its queue.
#[derive(Debug)]
pub struct Worker {
    /// `None` when the worker is to end.
    queue: Option<Sender<u32>>,
    thread: Option<JoinHandle<()>>,
}

impl Worker {
    /// Starts a worker, which ends when it is dropped.
    pub fn start(office: impl Office, waiting: Arc<Waiting>) -> Self {
        let (queue, projects) = channel();
        let thread = thread::spawn(move || {
            let mut packer = Packer::new();
            for project in projects {
                waiting.remove(project);
                packer.pack(project, &office);
            }
        });
        Self { queue: Some(queue), thread: Some(thread) }
    }

    /// Adds a project to its queue.
    pub fn pass(&self, project: u32) {
        if let Some(queue) = &self.queue {
            // A worker that has panicked packs nothing more.
            let _ = queue.send(project);
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            // Its panic was printed when it happened.
            let _ = thread.join();
        }
    }
}
