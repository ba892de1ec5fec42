//! The database as the service sees it, which counts its calls.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;

/// The counts of calls so far, and the closed sessions.
#[derive(Debug, Default)]
struct State {
    connections: Cell<u64>,
    disconnections: Cell<u64>,
    preparations: Cell<u64>,
    closed: RefCell<BTreeSet<u64>>,
}

/// A database that answers with the statement that it ran. Clones share their state.
#[derive(Debug, Clone, Default)]
pub struct Database(Rc<State>);

impl Database {
    /// Opens a session; returns its number.
    pub fn connect(&self) -> u64 {
        increment(&self.0.connections)
    }

    /// Closes a session.
    pub fn disconnect(&self, _session: u64) {
        increment(&self.0.disconnections);
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
        Ok(format!("session {session} ran {number}, {statement}, for {user}"))
    }

    /// Refuses every open session from now on, as after a restart of the database.
    pub(crate) fn restart(&self) {
        self.0.closed.borrow_mut().extend(1..=self.connections());
    }

    pub(crate) fn connections(&self) -> u64 {
        self.0.connections.get()
    }

    pub(crate) fn disconnections(&self) -> u64 {
        self.0.disconnections.get()
    }

    pub(crate) fn preparations(&self) -> u64 {
        self.0.preparations.get()
    }

    fn refuse_closed(&self, session: u64) -> Result<(), String> {
        if self.0.closed.borrow().contains(&session) {
            return Err(format!("session {session} is closed"));
        }
        Ok(())
    }
}

fn increment(count: &Cell<u64>) -> u64 {
    count.set(count.get() + 1);
    count.get()
}
