//! A thread that imports one batch after the other.

use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::thread::{self, JoinHandle};

use crate::batch::{Batch, Row};
use crate::office::{Office, Outcome};
use crate::recent::Recent;

const INSERT: &str = "INSERT INTO tasks (title, hours, notes, created, changed) \
                      VALUES ($1, $2, $3, now(), now()) \
                      ON CONFLICT (title) DO UPDATE SET hours = $2, notes = $3, changed = now()";

/// A connection to the database, with the statement that was prepared in it.
#[derive(Debug)]
struct Connection {
    number: u64,
    statement: String,
}

impl Connection {
    fn open(office: &impl Office) -> Self {
        Self { number: office.connect(), statement: INSERT.to_owned() }
    }

    fn insert_all(&self, rows: &[Row], office: &impl Office) {
        for row in rows {
            office.insert(self.number, &self.statement, row.title(), row.hours(), row.notes());
        }
        office.commit(self.number);
    }
}

/// A handler with its queue.
#[derive(Debug)]
pub struct Handler {
    /// `None` when the handler is to end.
    queue: Option<Sender<u64>>,
    thread: Option<JoinHandle<()>>,
}

impl Handler {
    /// Starts a handler, which ends when it is dropped.
    pub fn start(office: impl Office, recent: Arc<Recent>) -> Self {
        let (queue, batches) = channel();
        let thread = thread::spawn(move || {
            let mut connection = None;
            for batch in batches {
                let outcome = import(batch, &mut connection, &office);
                recent.add(batch, outcome);
                office.answer(batch, outcome);
            }
        });
        Self { queue: Some(queue), thread: Some(thread) }
    }

    /// Adds a batch to its queue.
    pub fn pass(&self, batch: u64) {
        if let Some(queue) = &self.queue {
            // A handler that has panicked imports nothing more.
            let _ = queue.send(batch);
        }
    }
}

/// Imports all rows of a batch, or none.
fn import(batch: u64, connection: &mut Option<Connection>, office: &impl Office) -> Outcome {
    let mut received = Batch::new();
    office.receive(batch, &mut |line| received.add(line));
    let rows = received.finish()?;
    let connection = connection.get_or_insert_with(|| Connection::open(office));
    connection.insert_all(&rows, office);
    Ok(rows.len())
}

impl Drop for Handler {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            // Its panic was printed when it happened.
            let _ = thread.join();
        }
    }
}
