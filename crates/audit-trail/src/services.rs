//! The accounts and the archive as the service sees them. The archive checks what it is given.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::Deserialize;
use tokio::sync;
use tokio::time;

/// The time in which the accounts answer.
const ANSWER: Duration = Duration::from_millis(5);
/// The time that the archive takes for a batch.
const APPEND: Duration = Duration::from_millis(500);
/// The most records in a batch.
pub(crate) const BATCH: usize = 50;
/// The latest records that are kept for comparison.
const LATEST: usize = 64;

/// The accounts and the archive. Clones share their state.
#[derive(Debug, Clone)]
pub struct Services(Arc<State>);

#[derive(Debug)]
struct State {
    answer: Duration,
    append: Duration,
    /// Held while the archive is down.
    gate: Arc<sync::Mutex<()>>,
    is_appending: AtomicBool,
    archive: Mutex<Archive>,
}

#[derive(Debug, Default)]
struct Archive {
    /// The last version of each task.
    versions: HashMap<u64, u64>,
    latest: VecDeque<Stored>,
    records: u64,
    batches: u64,
    /// The first record that was not the next one of its task.
    disorder: Option<String>,
    /// The first batch that the archive should not have been given.
    misuse: Option<String>,
}

/// A record in the archive.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Stored {
    pub(crate) task: u64,
    pub(crate) version: u64,
    pub(crate) user: u64,
    pub(crate) text: String,
}

impl Services {
    pub(crate) fn new() -> Self {
        Self::with_times(ANSWER, APPEND)
    }

    /// Services that take no time.
    pub(crate) fn quick() -> Self {
        Self::with_times(Duration::ZERO, Duration::ZERO)
    }

    fn with_times(answer: Duration, append: Duration) -> Self {
        let gate = Arc::default();
        let is_appending = AtomicBool::new(false);
        Self(Arc::new(State { answer, append, gate, is_appending, archive: Mutex::default() }))
    }

    /// Whether a user may change a task: anybody but a stranger.
    pub async fn may_change(&self, user: u64, _task: u64) -> bool {
        time::sleep(self.0.answer).await;
        user != STRANGER
    }

    /// Adds a batch of lines to the archive.
    pub async fn append(&self, lines: &str) {
        if self.0.is_appending.swap(true, Ordering::SeqCst) {
            self.archive().misused("it was given a batch before it had stored the one before");
        }
        drop(self.0.gate.lock().await);
        time::sleep(self.0.append).await;
        self.archive().store(lines);
        self.0.is_appending.store(false, Ordering::SeqCst);
    }

    /// The archive is down as long as the guard lives: it stores nothing.
    pub(crate) async fn take_down(&self) -> sync::OwnedMutexGuard<()> {
        Arc::clone(&self.0.gate).lock_owned().await
    }

    /// The number of records in the archive.
    pub(crate) fn records(&self) -> u64 {
        self.archive().records
    }

    /// The number of batches in which they came.
    pub(crate) fn batches(&self) -> u64 {
        self.archive().batches
    }

    /// The last version of a task in the archive.
    pub(crate) fn version(&self, task: u64) -> u64 {
        self.archive().versions.get(&task).copied().unwrap_or(0)
    }

    /// The latest records, oldest first.
    pub(crate) fn latest(&self) -> Vec<Stored> {
        self.archive().latest.iter().cloned().collect()
    }

    /// Checks that every record was the next one of its task.
    #[track_caller]
    pub(crate) fn assert_order(&self) {
        let disorder = self.archive().disorder.clone();
        assert!(disorder.is_none(), "{}", disorder.unwrap_or_default());
    }

    /// Checks that the archive was given only what it accepts.
    #[track_caller]
    pub(crate) fn assert_well_used(&self) {
        let misuse = self.archive().misuse.clone();
        assert!(misuse.is_none(), "the archive refuses: {}", misuse.unwrap_or_default());
    }

    fn archive(&self) -> MutexGuard<'_, Archive> {
        self.0.archive.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The user who may change nothing.
pub(crate) const STRANGER: u64 = 0;

impl Archive {
    fn store(&mut self, lines: &str) {
        self.batches += 1;
        let count = lines.lines().count();
        if count > BATCH {
            self.misused(&format!("a batch has {count} records"));
        }
        for line in lines.lines() {
            match serde_json::from_str(line) {
                Ok(record) => self.add(record),
                Err(error) => self.misused(&format!("{line:?} is not a record: {error}")),
            }
        }
    }

    fn add(&mut self, record: Stored) {
        let last = self.versions.entry(record.task).or_default();
        if record.version != *last + 1 {
            let Stored { task, version, .. } = record;
            let disorder =
                format!("in the archive, version {version} of task {task} comes after {last}");
            self.disorder.get_or_insert(disorder);
        }
        *last = record.version;
        self.records += 1;
        if self.latest.len() == LATEST {
            self.latest.pop_front();
        }
        self.latest.push_back(record);
    }

    fn misused(&mut self, how: &str) {
        self.misuse.get_or_insert_with(|| how.to_owned());
    }
}
