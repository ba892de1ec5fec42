//! The memory test: measures this version of the pool and checks the answers to requests.

use std::process::ExitCode;

use session_pool_solution as version;
use version::{Kind, PooledSession, SessionPool};

#[global_allocator]
static METER: exercise_harness::Meter = exercise_harness::meter();

#[derive(Debug)]
struct Link(session_pool::Database);

impl version::Database for Link {
    fn connect(&self) -> u64 {
        self.0.connect()
    }

    fn disconnect(&self, session: u64) {
        self.0.disconnect(session);
    }

    fn prepare(&self, session: u64, statement: &str) -> Result<u64, String> {
        self.0.prepare(session, statement)
    }

    fn run(&self, session: u64, number: u64, text: &str, user: u32) -> Result<String, String> {
        self.0.run(session, number, text, user)
    }
}

struct Service(SessionPool<Link>);

impl session_pool::SessionPool for Service {
    type Session = PooledSession<Link>;

    fn start(max_sessions: usize, database: session_pool::Database) -> Self {
        Self(SessionPool::new(max_sessions, Link(database)))
    }

    fn take(&self) -> Option<Self::Session> {
        self.0.take()
    }

    fn run(&self, session: &mut Self::Session, kind: usize, user: u32) -> Result<String, String> {
        session.run(Kind::new(kind).ok_or("there is no such kind")?, user)
    }

    fn open_sessions(&self) -> usize {
        self.0.open_sessions()
    }
}

fn main() -> ExitCode {
    session_pool::main::<Service>()
}
