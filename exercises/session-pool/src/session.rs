//! One session and its prepared statements.

use std::collections::HashMap;

use crate::database::Database;
use crate::statement::Kind;

/// A statement that the database knows by a number.
#[derive(Debug)]
struct Prepared {
    number: u64,
    /// Its text, which the driver needs for each run.
    text: String,
}

/// A session with the database.
#[derive(Debug)]
pub struct Session {
    number: u64,
    prepared: HashMap<Kind, Prepared>,
    /// Whether the database has refused it.
    closed: bool,
}

impl Session {
    /// Opens a session.
    pub fn open(database: &impl Database) -> Self {
        Self { number: database.connect(), prepared: HashMap::new(), closed: false }
    }

    /// Its number.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Whether it can no longer be used.
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    /// Runs the statement of a request of this kind for `user`.
    pub fn run(
        &mut self,
        database: &impl Database,
        kind: Kind,
        user: u32,
    ) -> Result<String, String> {
        let answer = self.prepare_and_run(database, kind, user);
        self.closed = answer.is_err();
        answer
    }

    fn prepare_and_run(
        &mut self,
        database: &impl Database,
        kind: Kind,
        user: u32,
    ) -> Result<String, String> {
        if !self.prepared.contains_key(&kind) {
            let text = kind.statement().to_owned();
            let number = database.prepare(self.number, &text)?;
            self.prepared.insert(kind, Prepared { number, text });
        }
        let Prepared { number, text } = &self.prepared[&kind];
        database.run(self.number, *number, text, user)
    }
}
