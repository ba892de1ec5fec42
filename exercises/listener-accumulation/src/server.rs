//! The entry point: signs clients in and out and publishes updates.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;

use crate::audit::AuditLog;
use crate::emitter::Emitter;
use crate::session::Session;
use crate::update::{Topic, Update};

/// Delivers updates to the signed-in clients. All threads of the API share one server.
pub struct UpdateServer {
    emitter: Arc<Emitter>,
    audit: Arc<AuditLog>,
    sessions: Mutex<HashMap<u64, Session>>,
    sessions_opened: AtomicU64,
    idle_limit_minutes: u32,
}

impl UpdateServer {
    /// Creates a server that ends a session after `idle_limit_minutes` without a request.
    pub fn new(idle_limit_minutes: u32) -> Self {
        let emitter = Arc::new(Emitter::default());
        let audit = Arc::new(AuditLog::new());
        let log = Arc::clone(&audit);
        emitter.on(Topic::All, move |update| log.record(update));
        Self {
            emitter,
            audit,
            sessions: Mutex::default(),
            sessions_opened: AtomicU64::new(0),
            idle_limit_minutes,
        }
    }

    /// Opens a session for a user, who may have others. Returns its number.
    pub fn sign_in(&self, user: u64) -> u64 {
        let number = self.sessions_opened.fetch_add(1, Ordering::Relaxed) + 1;
        let session = Session::open(user, Arc::clone(&self.emitter));
        self.sessions.lock().insert(number, session);
        number
    }

    /// Ends a session at its user's request.
    pub fn sign_out(&self, session: u64) {
        if let Some(session) = self.sessions.lock().remove(&session) {
            session.close();
        }
    }

    /// Shows a project on the session's page.
    pub fn watch_project(&self, session: u64, project: u64) {
        if let Some(session) = self.sessions.lock().get_mut(&session) {
            session.watch_project(project);
        }
    }

    /// The updates that the session has not fetched yet; `None` if it has ended.
    pub fn refresh(&self, session: u64) -> Option<Vec<String>> {
        self.sessions.lock().get_mut(&session).map(Session::refresh)
    }

    /// Ends sessions whose clients have been silent for too long. A timer calls it once a minute.
    pub fn minute_passed(&self) {
        let limit = self.idle_limit_minutes;
        self.sessions.lock().retain(|_, session| session.minute_passed() < limit);
    }

    /// Publishes an update to a project, which may mention a user.
    pub fn publish(&self, project: u64, mentions: Option<u64>, text: &str) {
        let update = Update { project, mentions, text: text.to_owned() };
        self.emitter.emit(&Arc::new(update));
    }

    /// The latest updates to any project, oldest first.
    pub fn audit_log(&self) -> Vec<String> {
        self.audit.lines()
    }

    /// Passes every update to an integration from now on, as a line of text. The integration may
    /// use the server.
    pub fn integrate(&self, integration: impl Fn(&str) + Send + Sync + 'static) {
        self.emitter.on(Topic::All, move |update| integration(&update.line()));
    }
}

impl fmt::Debug for UpdateServer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("UpdateServer")
            .field("sessions", &self.sessions.lock().len())
            .field("idle_limit_minutes", &self.idle_limit_minutes)
            .finish_non_exhaustive()
    }
}
