//! The users who send batches, and the database, as the service sees them.

use std::collections::BTreeMap;
use std::io::Write;
use std::mem;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use fastrand::Rng;

use crate::{MAX_NOTES, Outcome};

/// The deadline for what must not wait.
const DEADLINE: Duration = Duration::from_secs(10);
/// The bytes of a line besides its notes.
const REST_OF_LINE: usize = 64;
/// The notes of every task are a piece of this, repeated.
const WORDS: &str = "Publish the release notes, tell everybody, and plan the next one. ";

/// What is in a batch, which follows from these numbers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Batch {
    /// The number of rows.
    pub rows: usize,
    /// The longest notes, in bytes; the shortest have an eighth less.
    pub notes: usize,
    /// A line that is not valid, from 1.
    pub wrong: Option<usize>,
    pub seed: u64,
}

impl Batch {
    pub(crate) fn new(rows: usize, notes: usize) -> Self {
        Self { rows, notes, wrong: None, seed: rows as u64 }
    }

    /// Calls `each` with the title, hours and length of the notes of every row.
    fn rows(self, mut each: impl FnMut(usize, u32, usize)) {
        let mut rng = Rng::with_seed(self.seed);
        for row in 1..=self.rows {
            each(row, rng.u32(0..100), rng.usize(self.notes - self.notes / 8..=self.notes));
        }
    }
}

/// A task that was inserted: its title, hours and notes.
pub(crate) type Inserted = (String, u32, String);

#[derive(Debug, Default)]
struct Calls {
    is_held: bool,
    connections: u64,
    /// Batches that were received more than once.
    received_again: u64,
    /// Transactions that came to be committed, those that are still held included.
    arrived: u64,
    answers: u64,
    /// What was inserted and is not committed, by connection.
    open: BTreeMap<u64, Vec<Inserted>>,
    committed: Vec<Vec<Inserted>>,
    outcomes: Vec<(u64, Outcome)>,
}

#[derive(Debug)]
struct State {
    is_recording: bool,
    text: String,
    sent: Mutex<BTreeMap<u64, Batch>>,
    calls: Mutex<Calls>,
    changed: Condvar,
}

/// The tracker: its users send batches, and its database stores tasks. Clones share their state.
#[derive(Debug, Clone)]
pub struct Tracker(Arc<State>);

impl Tracker {
    /// A tracker that records everything, or only counts.
    pub(crate) fn new(is_recording: bool) -> Self {
        let text = WORDS.repeat(MAX_NOTES / WORDS.len() + 1);
        let (sent, calls, changed) = Default::default();
        Self(Arc::new(State { is_recording, text, sent, calls, changed }))
    }

    /// Receives a batch: calls `each_line` for every line. That is possible once.
    pub fn receive(&self, batch: u64, mut each_line: impl FnMut(&str)) {
        let Some(batch) = lock(&self.0.sent).remove(&batch) else {
            lock(&self.0.calls).received_again += 1;
            return;
        };
        // On the stack, so that it leaves no room in the heap.
        let mut line = [0; MAX_NOTES + REST_OF_LINE];
        batch.rows(|row, hours, length| {
            let hours_text = if batch.wrong == Some(row) { "many" } else { "" };
            let notes = &self.0.text[..length];
            let mut rest = &mut line[..];
            // Every line has room.
            let _ = write!(rest, "Task number {row:05};{hours_text}{hours};{notes}");
            let length = MAX_NOTES + REST_OF_LINE - rest.len();
            each_line(str::from_utf8(&line[..length]).unwrap_or_default());
        });
    }

    /// Connects to the database; returns the connection's number.
    pub fn connect(&self) -> u64 {
        let mut calls = lock(&self.0.calls);
        calls.connections += 1;
        calls.connections
    }

    /// Inserts a task.
    pub fn insert(&self, connection: u64, _: &str, title: &str, hours: u32, notes: &str) {
        if self.0.is_recording {
            let mut calls = lock(&self.0.calls);
            let open = calls.open.entry(connection).or_default();
            open.push((title.to_owned(), hours, notes.to_owned()));
        }
    }

    /// Commits what was inserted in a connection.
    pub fn commit(&self, connection: u64) {
        let mut calls = lock(&self.0.calls);
        calls.arrived += 1;
        self.0.changed.notify_all();
        let wait = self.0.changed.wait_while(calls, |calls| calls.is_held);
        calls = wait.unwrap_or_else(PoisonError::into_inner);
        if let Some(tasks) = calls.open.remove(&connection) {
            calls.committed.push(tasks);
        }
    }

    /// Tells the user what came of a batch.
    pub fn answer(&self, batch: u64, outcome: Outcome) {
        let mut calls = lock(&self.0.calls);
        if self.0.is_recording {
            calls.outcomes.push((batch, outcome));
        }
        calls.answers += 1;
        self.0.changed.notify_all();
    }

    /// Sends a batch, which the service has yet to receive.
    pub(crate) fn send(&self, number: u64, batch: Batch) {
        lock(&self.0.sent).insert(number, batch);
    }

    /// The tasks of a valid batch.
    pub(crate) fn expected(&self, batch: Batch) -> Vec<Inserted> {
        let mut tasks = Vec::new();
        batch.rows(|row, hours, length| {
            tasks.push((format!("Task number {row:05}"), hours, self.0.text[..length].to_owned()));
        });
        tasks
    }

    /// Makes every commit wait as long as the guard lives.
    pub(crate) fn hold(&self) -> Hold<'_> {
        lock(&self.0.calls).is_held = true;
        Hold(self)
    }

    /// Waits until this many transactions in all came to be committed. Returns how many did in time.
    pub(crate) fn wait_for_commits(&self, count: u64) -> u64 {
        self.wait(|calls| calls.arrived, count)
    }

    /// Waits until this many batches in all were answered. Returns how many were in time.
    pub(crate) fn wait_for_answers(&self, count: u64) -> u64 {
        self.wait(|calls| calls.answers, count)
    }

    fn wait(&self, value: impl Fn(&Calls) -> u64, count: u64) -> u64 {
        let calls = lock(&self.0.calls);
        let is_missing = |calls: &mut Calls| value(calls) < count;
        let wait = self.0.changed.wait_timeout_while(calls, DEADLINE, is_missing);
        let (calls, _) = wait.unwrap_or_else(PoisonError::into_inner);
        value(&calls)
    }

    pub(crate) fn answers(&self) -> u64 {
        lock(&self.0.calls).answers
    }

    pub(crate) fn connections(&self) -> u64 {
        lock(&self.0.calls).connections
    }

    pub(crate) fn received_again(&self) -> u64 {
        lock(&self.0.calls).received_again
    }

    /// How many connections have tasks that are not committed.
    pub(crate) fn open_transactions(&self) -> usize {
        lock(&self.0.calls).open.len()
    }

    /// Takes the transactions since the last call.
    pub(crate) fn take_committed(&self) -> Vec<Vec<Inserted>> {
        mem::take(&mut lock(&self.0.calls).committed)
    }

    /// Takes the outcomes since the last call, each with its batch.
    pub(crate) fn take_outcomes(&self) -> Vec<(u64, Outcome)> {
        mem::take(&mut lock(&self.0.calls).outcomes)
    }
}

/// Commits wait until it is dropped.
#[derive(Debug)]
pub(crate) struct Hold<'a>(&'a Tracker);

impl Drop for Hold<'_> {
    fn drop(&mut self) {
        lock(&self.0.0.calls).is_held = false;
        self.0.0.changed.notify_all();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
