//! The database and the store for downloads, as the service sees them.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use fastrand::Rng;

use crate::MAX_TEXT;

/// The deadline for what must not wait.
const DEADLINE: Duration = Duration::from_secs(10);
/// The text of which every task has a piece.
const WORDS: &str = "Publish the release notes, tell everybody, and plan the next one. ";

/// The contents of a project, which follow from these numbers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Project {
    /// The number of tasks.
    pub tasks: usize,
    /// The longest text, in bytes.
    pub text: usize,
    pub seed: u64,
}

impl Project {
    pub(crate) fn new(tasks: usize, text: usize) -> Self {
        Self { tasks, text, seed: tasks as u64 }
    }

    /// Calls `each` with the number, due day and text of every task, in no order.
    fn read(self, text: &str, mut each: impl FnMut(u64, u32, &str)) {
        let mut rng = Rng::with_seed(self.seed);
        for number in (100_000..).take(self.tasks) {
            let length = rng.usize(self.text / 2..=self.text);
            each(number, rng.u32(0..400), &text[..length]);
        }
    }
}

/// What the store was given.
#[derive(Debug, Default)]
struct Store {
    is_held: bool,
    /// Archives that came, those that are still held included, and refusals.
    arrived: u64,
    /// Archives that were delivered, and refusals.
    done: u64,
    refused: Vec<u32>,
    archives: Vec<(u32, String)>,
}

#[derive(Debug)]
struct State {
    is_recording: bool,
    text: String,
    projects: Mutex<BTreeMap<u32, Project>>,
    store: Mutex<Store>,
    changed: Condvar,
}

/// The tracker, which has the tasks of projects and sends archives to users. Clones share their state.
#[derive(Debug, Clone)]
pub struct Tracker(Arc<State>);

impl Tracker {
    /// A tracker that records archives, or only counts them.
    pub(crate) fn new(is_recording: bool) -> Self {
        let text = WORDS.repeat(MAX_TEXT / WORDS.len() + 1);
        let (projects, store, changed) = Default::default();
        Self(Arc::new(State { is_recording, text, projects, store, changed }))
    }

    /// Reads the tasks of a project: calls `each` with the number, due day and text of every one, in no
    /// order.
    pub fn read_tasks(&self, project: u32, each: impl FnMut(u64, u32, &str)) {
        let project = lock(&self.0.projects).get(&project).copied();
        if let Some(project) = project {
            project.read(&self.0.text, each);
        }
    }

    /// Sends an archive to the user.
    pub fn deliver(&self, project: u32, archive: &[u8]) {
        let mut store = lock(&self.0.store);
        store.arrived += 1;
        self.0.changed.notify_all();
        let wait = self.0.changed.wait_while(store, |store| store.is_held);
        store = wait.unwrap_or_else(PoisonError::into_inner);
        if self.0.is_recording {
            store.archives.push((project, String::from_utf8_lossy(archive).into_owned()));
        }
        store.done += 1;
        self.0.changed.notify_all();
    }

    /// Tells the user that the project is too large.
    pub fn refuse(&self, project: u32) {
        let mut store = lock(&self.0.store);
        store.arrived += 1;
        store.refused.push(project);
        store.done += 1;
        self.0.changed.notify_all();
    }

    /// Sets the contents of a project.
    pub(crate) fn put(&self, number: u32, project: Project) {
        lock(&self.0.projects).insert(number, project);
    }

    /// The archive of a project with these contents.
    pub(crate) fn expected(&self, project: Project) -> String {
        let mut rows = Vec::new();
        project.read(&self.0.text, |number, due, text| rows.push((due, number, text.to_owned())));
        rows.sort();
        let mut archive = String::new();
        for (due, number, text) in &rows {
            let _ = writeln!(archive, "{number},{due},{}:{text}", text.len());
        }
        let checksum = crc32fast::hash(archive.as_bytes());
        let _ = writeln!(archive, "{} tasks, checksum {checksum:08x}", rows.len());
        archive
    }

    /// Makes every delivery wait as long as the guard lives.
    pub(crate) fn hold(&self) -> Hold<'_> {
        lock(&self.0.store).is_held = true;
        Hold(self)
    }

    /// Waits until this many archives in all have come, delivered or held. Returns how many came in time.
    pub(crate) fn wait_for_arrivals(&self, count: u64) -> u64 {
        self.wait(|store| store.arrived, count)
    }

    /// Waits until this many archives in all were delivered or refused. Returns how many were in time.
    pub(crate) fn wait_for(&self, count: u64) -> u64 {
        self.wait(|store| store.done, count)
    }

    fn wait(&self, value: impl Fn(&Store) -> u64, count: u64) -> u64 {
        let store = lock(&self.0.store);
        let is_missing = |store: &mut Store| value(store) < count;
        let wait = self.0.changed.wait_timeout_while(store, DEADLINE, is_missing);
        let (store, _) = wait.unwrap_or_else(PoisonError::into_inner);
        value(&store)
    }

    /// How many archives were delivered, and projects refused.
    pub(crate) fn done(&self) -> u64 {
        lock(&self.0.store).done
    }

    /// Takes the archives that were delivered since the last call, each with its project.
    pub(crate) fn take_archives(&self) -> Vec<(u32, String)> {
        std::mem::take(&mut lock(&self.0.store).archives)
    }

    /// Takes the projects that were refused since the last call.
    pub(crate) fn take_refused(&self) -> Vec<u32> {
        std::mem::take(&mut lock(&self.0.store).refused)
    }
}

/// Deliveries wait until it is dropped.
#[derive(Debug)]
pub(crate) struct Hold<'a>(&'a Tracker);

impl Drop for Hold<'_> {
    fn drop(&mut self) {
        lock(&self.0.0.store).is_held = false;
        self.0.0.changed.notify_all();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
