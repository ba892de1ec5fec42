//! The database as the service sees it, which counts its calls.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The counts of calls so far, and the sessions.
#[derive(Debug, Default)]
struct State {
    connections: AtomicU64,
    disconnections: AtomicU64,
    preparations: AtomicU64,
    /// Runs in a session that was running something else.
    clashes: AtomicU64,
    closed: Mutex<BTreeSet<u64>>,
    running: Mutex<BTreeSet<u64>>,
    /// Held while the database answers nobody.
    gate: Mutex<()>,
    /// The calls that have come to the gate.
    arrived: AtomicU64,
}

/// A database that answers with the statement that it ran. Clones share their state.
#[derive(Debug, Clone, Default)]
pub struct Database(Arc<State>);

impl Database {
    /// Opens a session; returns its number.
    pub fn connect(&self) -> u64 {
        let number = increment(&self.0.connections);
        self.pass_gate();
        number
    }

    /// Closes a session.
    pub fn disconnect(&self, _session: u64) {
        increment(&self.0.disconnections);
        self.pass_gate();
    }

    /// Prepares a statement in a session; returns its number.
    ///
    /// # Errors
    /// When the session is closed.
    pub fn prepare(&self, session: u64, _statement: &str) -> Result<u64, String> {
        self.refuse_closed(session)?;
        Ok(increment(&self.0.preparations))
    }

    /// Runs a prepared statement, given as its number and its text, for `user`.
    ///
    /// # Errors
    /// When the session is closed.
    pub fn run(
        &self,
        session: u64,
        number: u64,
        statement: &str,
        user: u32,
    ) -> Result<String, String> {
        self.refuse_closed(session)?;
        if !lock(&self.0.running).insert(session) {
            increment(&self.0.clashes);
        }
        self.pass_gate();
        lock(&self.0.running).remove(&session);
        Ok(format!("session {session} ran {number}, {statement}, for {user}"))
    }

    /// Refuses every open session from now on, as after a restart of the database.
    pub(crate) fn restart(&self) {
        lock(&self.0.closed).extend(1..=self.connections());
    }

    /// Answers nobody as long as the guard lives, except that statements are prepared.
    pub(crate) fn hold(&self) -> MutexGuard<'_, ()> {
        lock(&self.0.gate)
    }

    /// How many calls have come that [`hold`](Self::hold) would delay.
    pub(crate) fn arrived(&self) -> u64 {
        self.0.arrived.load(Ordering::SeqCst)
    }

    pub(crate) fn connections(&self) -> u64 {
        self.0.connections.load(Ordering::SeqCst)
    }

    pub(crate) fn disconnections(&self) -> u64 {
        self.0.disconnections.load(Ordering::SeqCst)
    }

    pub(crate) fn preparations(&self) -> u64 {
        self.0.preparations.load(Ordering::SeqCst)
    }

    pub(crate) fn clashes(&self) -> u64 {
        self.0.clashes.load(Ordering::SeqCst)
    }

    fn pass_gate(&self) {
        increment(&self.0.arrived);
        drop(lock(&self.0.gate));
    }

    fn refuse_closed(&self, session: u64) -> Result<(), String> {
        if lock(&self.0.closed).contains(&session) {
            return Err(format!("session {session} is closed"));
        }
        Ok(())
    }
}

fn increment(count: &AtomicU64) -> u64 {
    count.fetch_add(1, Ordering::SeqCst) + 1
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
