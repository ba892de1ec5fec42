//! The memory test: measures this version of the import and checks what it does.

use std::process::ExitCode;

use retained_imports::Tracker;
use retained_imports_solution as version;
use version::{Office, Outcome, TaskImport};

#[global_allocator]
static METER: exercise_harness::Meter = exercise_harness::meter();

#[derive(Clone)]
struct Link(Tracker);

impl Office for Link {
    fn receive(&self, batch: u64, each_line: &mut dyn FnMut(&str)) {
        self.0.receive(batch, each_line);
    }

    fn connect(&self) -> u64 {
        self.0.connect()
    }

    fn insert(&self, connection: u64, statement: &str, title: &str, hours: u32, notes: &str) {
        self.0.insert(connection, statement, title, hours, notes);
    }

    fn commit(&self, connection: u64) {
        self.0.commit(connection);
    }

    fn answer(&self, batch: u64, outcome: Outcome) {
        self.0.answer(batch, outcome);
    }
}

struct Service(TaskImport);

impl retained_imports::TaskImport for Service {
    fn start(handlers: usize, tracker: Tracker) -> Self {
        Self(TaskImport::new(handlers, &Link(tracker)))
    }

    fn import(&self, team: usize, batch: u64) {
        self.0.import(team, batch);
    }

    fn recent_imports(&self) -> Vec<(u64, Outcome)> {
        self.0.recent_imports()
    }
}

fn main() -> ExitCode {
    retained_imports::main::<Service>()
}
