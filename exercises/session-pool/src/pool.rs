//! The pool of sessions that wait to be reused.

use std::collections::VecDeque;
use std::sync::Arc;

use parking_lot::Mutex;

use crate::database::Database;
use crate::session::Session;
use crate::statement::Kind;

/// The sessions of this server.
#[derive(Debug)]
pub struct SessionPool<D>(Arc<Shared<D>>);

#[derive(Debug)]
struct Shared<D> {
    database: D,
    max_sessions: usize,
    sessions: Mutex<Sessions>,
}

#[derive(Debug, Default)]
struct Sessions {
    /// The waiting sessions, the one that has waited longest first.
    waiting: VecDeque<Session>,
    /// How many are open, in use or waiting.
    open: usize,
}

impl<D: Database> SessionPool<D> {
    /// Creates an empty pool, which opens at most `max_sessions`.
    pub fn new(max_sessions: usize, database: D) -> Self {
        let sessions = Mutex::default();
        Self(Arc::new(Shared { database, max_sessions, sessions }))
    }

    /// Takes a session for one request: the one that has waited longest, or else a new one. `None`
    /// if `max_sessions` are in use.
    pub fn take(&self) -> Option<PooledSession<D>> {
        let pool = &self.0;
        let mut sessions = pool.sessions.lock();
        let waiting = sessions.waiting.pop_front();
        if waiting.is_none() {
            if sessions.open >= pool.max_sessions {
                return None;
            }
            sessions.open += 1;
        }
        drop(sessions);
        let session = waiting.unwrap_or_else(|| Session::open(&pool.database));
        Some(PooledSession { session: Some(session), pool: Arc::clone(pool) })
    }

    /// `GET /health`: how many sessions are open.
    pub fn open_sessions(&self) -> usize {
        self.0.sessions.lock().open
    }
}

/// A session in use, which returns to its pool when it is dropped.
#[derive(Debug)]
pub struct PooledSession<D: Database> {
    /// Present until it is dropped.
    session: Option<Session>,
    pool: Arc<Shared<D>>,
}

impl<D: Database> PooledSession<D> {
    /// Runs the statement of a request of this kind for `user`.
    pub fn run(&mut self, kind: Kind, user: u32) -> Result<String, String> {
        let session = self.session.as_mut().ok_or("the session was returned")?;
        session.run(&self.pool.database, kind, user)
    }
}

impl<D: Database> Drop for PooledSession<D> {
    fn drop(&mut self) {
        let Some(session) = self.session.take() else { return };
        let mut sessions = self.pool.sessions.lock();
        if session.is_closed() {
            sessions.open -= 1;
            drop(sessions);
            self.pool.database.disconnect(session.number());
        } else {
            sessions.waiting.push_back(session);
        }
    }
}
